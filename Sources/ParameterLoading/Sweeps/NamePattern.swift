// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Patterns of names as shells know them: `*` is any text, `?` one character, `[a-c]` one of several, `[!a-c]` another.
enum NamePattern {
    /// Whether a name fits a pattern; capitals and small letters differ.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern)
        let name = Array(name)
        var place = 0
        var index = 0
        // Where the last star was, and how far its text reached: only the last one can need another try.
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, index)
                place += 1
            } else if let next = step(pattern, place, name[index]) {
                place = next
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                place = last.place + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }

    /// The place behind the part of a pattern that takes a character; nil where that part does not take it.
    private static func step(_ pattern: [Character], _ place: Int, _ character: Character) -> Int? {
        guard place < pattern.count else { return nil }
        // A bracket directly behind the opening one is a member of the set.
        guard pattern[place] == "[",
            let end = pattern[(place + 1)...].dropFirst(pattern[(place + 1)...].first == "!" ? 2 : 1)
                .firstIndex(of: "]")
        else { return pattern[place] == "?" || pattern[place] == character ? place + 1 : nil }
        var set = pattern[(place + 1)..<end]
        let isInverted = set.first == "!"
        if isInverted { set = set.dropFirst() }
        var isMember = false
        while let first = set.first {
            set = set.dropFirst()
            if set.first == "-", let last = set.dropFirst().first {
                isMember = isMember || first <= character && character <= last
                set = set.dropFirst(2)
            } else {
                isMember = isMember || first == character
            }
        }
        return isMember != isInverted ? end + 1 : nil
    }
}
