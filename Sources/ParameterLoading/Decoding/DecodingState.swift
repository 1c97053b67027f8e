// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What the decoders of one load share: the problems found so far and what the type asked for.
///
/// A decoder reports a problem here and goes on with a stand-in value, so that one load finds every problem.
final class DecodingState {
    let sources: SourceList
    private(set) var problems: [ParameterProblem] = []
    var mask: SecretMask
    /// How many values had to be replaced by a stand-in.
    var standIns = 0
    /// What each mapping was asked for, by the mapping's path.
    private var requests: [String: Requests] = [:]
    /// Paths where a key is missing, with the name it has in the type.
    private var missing: [(parent: String, key: String, problem: ParameterProblem)] = []

    final class Requests {
        /// The names the type asked for, in its own spelling and order.
        private(set) var names: [String] = []
        private var known: Set<String> = []
        /// The keys of the mapping that were found under those names.
        var found: Set<String> = []
        /// Whether the type looked at the list of keys, as dictionaries do; then every key is known.
        var isOpen = false
        /// Whether the type gave up before it asked for everything; then its `CodingKeys` know the rest.
        var isKnown: ((String) -> Bool)?
        var gaveUp = false

        /// Notes that the type asked for a name, and the key that was found for it.
        func note(_ name: String, found key: String?) {
            if known.insert(name).inserted { names.append(name) }
            if let key { found.insert(key) }
        }
    }

    init(sources: SourceList, mask: SecretMask) {
        self.sources = sources
        self.mask = mask
    }

    func report(
        _ code: ParameterProblem.Code, _ message: String, at place: Origin?, path: KeyPathText,
        expected: String? = nil, suggestion: String? = nil, isSecret: Bool = false
    ) {
        problems.append(
            sources.problem(
                code, message, at: place, keyPath: path.text, expected: expected, suggestion: suggestion,
                mask: mask,
                isSecret: isSecret))
    }

    func report(_ problem: ParameterProblem) { problems.append(problem) }

    // MARK: Attempts

    /// Problems of an attempt that failed, and that may not have been the last.
    struct Withheld: Error {
        fileprivate let problems: [ParameterProblem]
        fileprivate let missing: [(parent: String, key: String, problem: ParameterProblem)]
    }

    var mark: (problems: Int, missing: Int) { (problems.count, missing.count) }

    /// Takes back the problems reported since a mark; nil where there are none.
    func withhold(since mark: (problems: Int, missing: Int)) -> Withheld? {
        guard problems.count > mark.problems || missing.count > mark.missing else { return nil }
        defer {
            problems.removeLast(problems.count - mark.problems)
            missing.removeLast(missing.count - mark.missing)
        }
        return Withheld(
            problems: Array(problems[mark.problems...]), missing: Array(missing[mark.missing...]))
    }

    func report(_ withheld: Withheld) {
        problems += withheld.problems
        missing += withheld.missing
    }

    // MARK: Keys

    /// What the mapping at a path was asked for, to be filled by whoever decodes it.
    func requests(at path: KeyPathText) -> Requests {
        let text = path.text
        if let known = requests[text] { return known }
        let created = Requests()
        requests[text] = created
        return created
    }

    func open(_ path: KeyPathText) { requests(at: path).isOpen = true }

    func giveUp(_ path: KeyPathText) { requests[path.text]?.gaveUp = true }

    func reportMissing(_ name: String, in parent: Node?, path: KeyPathText, expected: String) {
        let key = KeyNames.canonical(name)
        let problem = sources.problem(
            .missingKey, "missing key '\(path.appending(key).text)'; expected \(expected)",
            at: path.steps.isEmpty ? nil : parent?.origin, keyPath: path.appending(key).text,
            expected: expected, mask: mask)
        missing.append((path.text, key, problem))
    }

    /// Reports each key that nothing asked for, unless its source is one that others share, and what is missing.
    func finish(_ root: Node) {
        var suggested: Set<String> = []
        reportUnknown(in: root, path: KeyPathText(), &suggested)
        for (parent, key, problem) in missing where !suggested.contains(parent + "\u{0}" + key) {
            problems.append(problem)
        }
    }

    private func reportUnknown(in node: Node, path: KeyPathText, _ suggested: inout Set<String>) {
        switch node.content {
        case .mapping(let members):
            guard let asked = requests[path.text] else { return }
            for member in members.entries {
                let isKnown =
                    asked.isOpen || asked.found.contains(member.key)
                    || asked.gaveUp && asked.isKnown?(member.key) == true
                if isKnown {
                    if member.value.isCollection {
                        reportUnknown(in: member.value, path: path.appending(member.key), &suggested)
                    }
                    continue
                }
                guard let strict = strictOrigin(of: member) else { continue }
                let child = path.appending(member.key)
                let names = asked.names.map(KeyNames.canonical)
                let free = names.filter { members.placeSpelled($0) == nil }
                let nearest =
                    KeyNames.nearest(to: member.key, among: free)
                    ?? KeyNames.nearest(to: member.key, among: names)
                if let nearest { suggested.insert(path.text + "\u{0}" + nearest) }
                var message = "unknown key '\(child.text)'"
                if let nearest {
                    message += "; did you mean '\(path.appending(nearest).text)'?"
                } else if !names.isEmpty {
                    message +=
                        "; known here: \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? ", …" : "")"
                }
                report(.unknownKey, message, at: strict, path: child, suggestion: nearest)
            }
        case .list(let elements):
            for (index, element) in elements.enumerated() where element.isCollection {
                reportUnknown(in: element, path: path.appending(index), &suggested)
            }
        default: return
        }
    }

    /// The place of a member's key, or of the first value below it, that a strict source wrote.
    private func strictOrigin(of member: Member) -> Origin? {
        func isStrict(_ origin: Origin) -> Bool { sources.texts[Int(origin.source)].isStrict }
        if isStrict(member.keyOrigin) { return member.keyOrigin }
        func first(_ node: Node) -> Origin? {
            switch node.content {
            case .mapping(let members): members.entries.lazy.compactMap { self.strictOrigin(of: $0) }.first
            case .list(let elements): elements.lazy.compactMap { first($0) }.first
            default: isStrict(node.origin) ? node.origin : nil
            }
        }
        return first(member.value)
    }
}

/// Thrown where no stand-in value can be made; the problem is reported already.
struct DecodingAbandoned: Error {}
