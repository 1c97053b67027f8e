// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// Parameters as a value of a type, of which each leaf knows where it came from.
///
/// The properties of the value are read directly: `parameters.learningRate`.
@dynamicMemberLookup
public struct Parameters<Value: Sendable>: Sendable {
    /// The decoded and checked value.
    public let value: Value
    /// The record of the resolved parameters: canonical, without secrets.
    public let frozen: FrozenParameters

    let resolution: Resolution

    /// The digest of the frozen parameters; the same from YAML, TOML, JSON or the environment.
    public var digest: Digest { frozen.digest }

    /// A property of the value.
    public subscript<Member>(dynamicMember keyPath: KeyPath<Value, Member>) -> Member {
        value[keyPath: keyPath]
    }

    /// Where a value came from and what it shadows; nil where no source has it.
    ///
    /// - Parameter keyPath: A path such as `optimizer.learningRate`, in any spelling.
    public func origin(of keyPath: String) -> ParameterOrigin? { resolution.origin(of: keyPath) }

    /// Every leaf on a line: its value, where it came from, and what it shadows.
    ///
    /// Secrets are masked.
    public func explanation() -> String { resolution.explanation() }

    /// The resolved values as JSON, one member a line, in the order of the sources.
    ///
    /// Secrets are masked.
    public func json() -> String { resolution.json() }
}

extension Parameters where Value == ParameterValue {
    /// A member of the root, in either spelling; null where there is none.
    public subscript(dynamicMember name: String) -> ParameterValue { value[name] ?? .null }
}

extension Parameters where Value: Decodable {
    /// Loads parameters into a type from sources, each put over those before it.
    ///
    /// Keys in files are spelled with underscores, hyphens or as in Swift: `learning_rate` decodes `learningRate`.
    /// A type that adopts ``ParameterRules`` is checked too.
    ///
    /// - Throws: ``ParameterError`` with every problem found.
    public static func load(
        _ type: Value.Type, from sources: ParameterSource..., options: ParameterOptions = .init()
    ) throws -> Parameters<Value> {
        try load(type, from: sources, options: options)
    }

    /// Loads parameters into a type from sources, each put over those before it.
    ///
    /// - Throws: ``ParameterError`` with every problem found.
    public static func load(
        _ type: Value.Type, from sources: [ParameterSource], options: ParameterOptions = .init()
    ) throws -> Parameters<Value> {
        var loader = ParameterLoader(variables: options.variables)
        loader.isUntyped = type == ParameterValue.self
        loader.load(sources)
        return try decode(type, loader: loader, options: options)
    }

    static func decode(
        _ type: Value.Type, loader: ParameterLoader, options: ParameterOptions
    ) throws -> Parameters<Value> {
        var mask = SecretMask()
        mask.insertNamed(in: loader.root)
        let state = DecodingState(sources: loader.sources, mask: mask)
        let (value, typed) = NodeDecoder.decode(type, from: loader.root, state: state)
        let problems = loader.problems + state.problems
        guard let value, problems.isEmpty else {
            throw ParameterError(problems.map { $0.masked(by: state.mask) })
        }
        let resolution = Resolution(
            root: loader.root, sources: loader.sources, mask: state.mask, typed: typed)
        return Parameters(
            value: value, frozen: resolution.frozen(typed, key: options.secretDigestKey),
            resolution: resolution)
    }
}

extension Parameters where Value == ParameterValue {
    /// Loads parameters without a type; every key is known and members are read like properties.
    ///
    /// - Throws: ``ParameterError`` with every problem found.
    public static func load(
        from sources: ParameterSource..., options: ParameterOptions = .init()
    ) throws -> Parameters<ParameterValue> {
        try load(ParameterValue.self, from: sources, options: options)
    }
}

/// Settings of a load.
public struct ParameterOptions: Sendable {
    /// The variables that `${env:NAME}` refers to; nil for those of the process.
    public var variables: [String: String]?
    /// The key with which secrets enter the digest; nil leaves their values out of it.
    public var secretDigestKey: [UInt8]?

    /// Makes the usual settings.
    public init(variables: [String: String]? = nil, secretDigestKey: [UInt8]? = nil) {
        self.variables = variables
        self.secretDigestKey = secretDigestKey
    }
}

extension ParameterProblem {
    /// The problem without the texts of secrets.
    func masked(by mask: SecretMask) -> ParameterProblem {
        ParameterProblem(
            code, mask.masked(message), place: place, keyPath: keyPath, expected: expected,
            suggestion: suggestion,
            excerpt: excerpt.flatMap { mask.isSecret($0) ? nil : $0 })
    }
}
