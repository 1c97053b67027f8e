// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension ModelRegistry {
    /// A version by its number.
    ///
    /// - Throws: ``RegistryError`` with the code `notFound`.
    public func version(_ number: Int, of model: String) async throws -> ModelVersion {
        guard let version = try await versions(of: model).first(where: { $0.number == number }) else {
            throw RegistryError(
                .notFound, "there is no such version in \(location)", subject: "\(model)@\(number)")
        }
        return version
    }

    /// The version that an alias holds; nil where it holds none.
    public func version(_ alias: String, of model: String) async throws -> ModelVersion? {
        guard let number = try await aliases(of: model)[alias] else { return nil }
        return try await version(number, of: model)
    }

    /// The version that a text names: `model@3`, `model@champion`, or `model` for the newest that is not archived.
    ///
    /// - Throws: ``RegistryError`` with the code `notFound`.
    public func find(_ text: String) async throws -> ModelVersion {
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        let model = parts.first ?? text
        var found: ModelVersion?
        if parts.count < 2 {
            found = try await versions(of: model).last { !$0.isArchived }
        } else if let number = Int(parts[1]) {
            found = try await versions(of: model).first { $0.number == number }
        } else {
            found = try await version(parts[1], of: model)
        }
        guard let found else {
            throw RegistryError(.notFound, "there is no such version in \(location)", subject: text)
        }
        return found
    }
}
