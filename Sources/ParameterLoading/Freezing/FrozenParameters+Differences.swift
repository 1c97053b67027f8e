// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One leaf in which two frozen sets of parameters differ.
public struct ParameterDifference: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of difference.
    @nonexhaustive
    public enum Kind: Hashable, Sendable {
        /// The later set alone has the key.
        case added
        /// The earlier set alone has the key.
        case removed
        /// Both have the key, with different values or types.
        case changed
    }

    /// The kind of difference.
    public let kind: Kind
    /// The path of the leaf.
    public let keyPath: String
    /// The earlier value as JSON; nil where the key was added.
    ///
    /// `***` for a secret.
    public let before: String?
    /// The later value as JSON; nil where the key was removed.
    ///
    /// `***` for a secret.
    public let after: String?
    /// Where the earlier value came from.
    public let originBefore: String?
    /// Where the later value came from: the source that made the difference.
    public let originAfter: String?

    /// A line such as `changed learning_rate: 0.1 (params.yaml:3:17) -> 0.05 (command line learning_rate)`.
    public var description: String {
        func text(_ value: String?, _ origin: String?) -> String? {
            value.map { $0 + (origin.map { " (\($0))" } ?? "") }
        }
        let sides = [text(before, originBefore), text(after, originAfter)].compactMap { $0 }
        return "\(kind) \(keyPath): \(sides.joined(separator: " -> "))"
    }
}

extension FrozenParameters {
    /// What changed from earlier parameters to these, sorted by path; empty exactly where the digests are equal.
    public func differences(from earlier: FrozenParameters) -> [ParameterDifference] {
        guard digest != earlier.digest else { return [] }
        let before = Dictionary(
            earlier.root.leaves().map { ($0.path.text, $0.value) }, uniquingKeysWith: { _, last in last })
        let after = Dictionary(
            root.leaves().map { ($0.path.text, $0.value) }, uniquingKeysWith: { _, last in last })
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            let (old, new) = (before[path], after[path])
            // The texts tell 0.0 from -0.0, and NaN is as it was.
            guard old.map(\.text) != new.map(\.text) else { return nil }
            return ParameterDifference(
                kind: old == nil ? .added : new == nil ? .removed : .changed, keyPath: path,
                before: old?.shown,
                after: new?.shown, originBefore: earlier.origins[path], originAfter: origins[path])
        }
    }
}
