// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// The parameters of a run.
public struct ParameterState: Hashable, Sendable, Codable {
    /// The digest of the resolved parameters, independent of where each value came from.
    public var digest: Digest
    /// The resolved parameters as a JSON object, without secrets, so that a comparison can name the key; nil
    /// where only the digest was recorded.
    public var frozen: String?

    /// Describes the parameters.
    public init(digest: Digest, frozen: String? = nil) {
        self.digest = digest
        self.frozen = frozen
    }
}
