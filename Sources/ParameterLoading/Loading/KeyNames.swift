// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// How one key is spelled in Swift, in a file and in the environment.
enum KeyNames {
    /// The spelling with underscores: `learningRate` and `learning-rate` give `learning_rate`.
    ///
    /// A capital letter counts as the start of a word only behind a small letter or a digit, or before a small one
    /// in a run of capitals (`modelURLPath` gives `model_url_path`); a first capital stays, because keys of data
    /// (`UA`, `Delta`) are no identifiers.
    static func canonical(_ key: String) -> String {
        let bytes = Array(key.utf8)
        guard let first = bytes.first, !isCapital(first) else { return key }
        guard bytes.contains(where: { isCapital($0) || $0 == UInt8(ascii: "-") }) else { return key }
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "-") {
                result.append(UInt8(ascii: "_"))
            } else if isCapital(byte) {
                let isAfterCapital = isCapital(bytes[index - 1])
                let isBeforeSmall =
                    index + 1 < bytes.count && bytes[index + 1].isLetter && !isCapital(bytes[index + 1])
                let follows = result.last != UInt8(ascii: "_")
                if follows, !isAfterCapital || isBeforeSmall { result.append(UInt8(ascii: "_")) }
                result.append(byte | 0x20)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { byte.isLetter && byte & 0x20 == 0 }

    /// The known name nearest to a wrong one; nil where none is near.
    ///
    /// Near is at most a third of the letters changed, where a swap of neighbours counts as one change (the optimal
    /// string alignment distance), and underscores, hyphens and capitals do not count.
    static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let wanted = Array(canonical(name).lowercased().utf8)
        guard wanted.count <= 256 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known {
            let spelling = Array(canonical(candidate).lowercased().utf8)
            let limit = max(1, max(wanted.count, spelling.count) / 3)
            guard abs(spelling.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, spelling)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for i in 0..<left.count {
            var current = [i + 1]
            for j in 0..<right.count {
                var cost = min(
                    previous[j] + (left[i] == right[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                current.append(cost)
            }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}

/// A path such as `optimizer.betas[0]`.
struct KeyPathText: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    var steps: [Step] = []

    init(_ steps: [Step] = []) { self.steps = steps }

    /// Reads a path; brackets hold an index, and a backslash takes the next character as it is.
    init?(parsing text: String) {
        var key: [UInt8] = []
        var hasKey = false
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where index + 1 < bytes.count:
                index += 1
                key.append(bytes[index])
                hasKey = true
            case UInt8(ascii: "."):
                if hasKey {
                    steps.append(.key(String(decoding: key, as: UTF8.self)))
                } else if index == 0 || bytes[index - 1] != UInt8(ascii: "]") {
                    return nil
                }
                (key, hasKey) = ([], false)
                if index + 1 == bytes.count { return nil }
            case UInt8(ascii: "["):
                if hasKey { steps.append(.key(String(decoding: key, as: UTF8.self))) }
                (key, hasKey) = ([], false)
                guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
                let inner = String(decoding: bytes[index + 1..<end], as: UTF8.self)
                if let number = Int(inner), number >= 0 {
                    steps.append(.index(number))
                } else if inner.isEmpty {
                    return nil
                } else {
                    steps.append(.key(inner))
                }
                index = end
            default:
                key.append(bytes[index])
                hasKey = true
            }
            index += 1
        }
        if hasKey { steps.append(.key(String(decoding: key, as: UTF8.self))) }
        if steps.isEmpty { return nil }
    }

    func appending(_ key: String) -> KeyPathText { KeyPathText(steps + [.key(key)]) }
    func appending(_ index: Int) -> KeyPathText { KeyPathText(steps + [.index(index)]) }

    var text: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key):
                if !text.isEmpty { text += "." }
                text += key.contains { ".[]\\".contains($0) } ? escaped(key) : key
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private func escaped(_ key: String) -> String {
        key.reduce(into: "") { text, character in
            if ".[]\\".contains(character) { text.append("\\") }
            text.append(character)
        }
    }
}

extension Node {
    /// The value at a path, where keys may be spelled in any of the ways ``KeyNames`` equates.
    func value(at path: some Collection<KeyPathText.Step>) -> Node? {
        guard let step = path.first else { return self }
        switch (step, content) {
        case (.key(let key), .mapping(let members)):
            guard let place = members.placeSpelled(key) else { return nil }
            return members.entries[place].value.value(at: path.dropFirst())
        case (.index(let index), .list(let elements)) where elements.indices ~= index:
            return elements[index].value(at: path.dropFirst())
        case (.key(let key), .list(let elements)):
            guard let index = Int(key), elements.indices ~= index else { return nil }
            return elements[index].value(at: path.dropFirst())
        default: return nil
        }
    }
}

extension Members {
    /// The place of a key in its own spelling, or else in another that means the same.
    func placeSpelled(_ key: String) -> Int? {
        if let place = place(of: key) { return place }
        let name = KeyNames.canonical(key)
        if name != key, let place = place(of: name) { return place }
        return entries.firstIndex { KeyNames.canonical($0.key) == name }
    }
}
