// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// What the boxes of a drawn tree say: short, so that it fits them.
struct NodeWords {
    private let model: TreeEnsemble
    /// So many characters fit the box of a decision.
    private static let room = 24
    private static let leafRoom = 13

    init(_ model: TreeEnsemble) { self.model = model }

    /// The lines of a decision: the feature, the question, what reached it.
    func decision(_ node: Int) -> [String] {
        let nodes = model.ensemble.nodes
        let column = Int(nodes.feature[node])
        let flags = nodes.flags[node]
        let name = model.name(ofColumn: column)
        var question: String
        if flags.contains(.categorical) {
            let verb = flags.contains(.membersLeft) ? "in" : "not in"
            let members = model.ensemble.sets.members(of: Int(nodes.payload[node]))
            let list = members.prefix(8).map { model.category($0, column: column) }
            question = "\(verb) {\(list.joined(separator: ", "))\(members.count > 8 ? ", …" : "")}"
            if question.count > Self.room { question = question.prefix(Self.room - 2) + "…}" }
        } else {
            question = comparison(nodes.threshold[node])
        }
        if flags.contains(.zeroIsMissing) { question += " (0 missing)" }
        return [Self.shortened(name, to: Self.room), Self.shortened(question, to: Self.room)] + [cover(node)]
    }

    /// The lines of a leaf, or of a box that stands for deeper nodes.
    func end(_ place: TreeLayout.Place, tree: Int) -> [String] {
        let last = cover(place.node)
        if place.hiddenCount > 0 { return ["\(place.hiddenCount) nodes", last] }
        let ensemble = model.ensemble
        let start = Int(ensemble.nodes.payload[place.node])
        let width = ensemble.trees[tree].output == nil ? ensemble.outputCount : 1
        var values = ensemble.leafValues[start..<start + width].prefix(2).map { Self.short($0) }
            .joined(separator: ", ")
        if width > 2 { values += ", …" }
        if ensemble.linearLeaves?.function.indices.contains(start) == true { values += " + …" }
        return [Self.shortened(values, to: Self.leafRoom), last]
    }

    private func cover(_ node: Int) -> String {
        let cover = model.ensemble.nodes.cover[node]
        return cover.isNaN ? "" : "cover " + Self.short(cover)
    }

    /// The question of a threshold as its source asks it: `x <= c` is held as `x < c'` with the number after `c`.
    private func comparison(_ threshold: Double) -> String {
        if threshold.isNaN { return "< ∞" }
        let isSingle = model.ensemble.precision == .single
        let below = isSingle ? Double(Float(threshold).nextDown) : threshold.nextDown
        func length(_ value: Double) -> Int { (isSingle ? "\(Float(value))" : "\(value)").count }
        let asksAtMost =
            switch model.library {
            case "XGBoost": false
            case "LightGBM", "CatBoost", "scikit-learn": true
            // These hold both kinds; what stood in the file is the shorter one to write.
            default: length(below) < length(threshold)
            }
        return asksAtMost ? "≤ " + Self.short(below) : "< " + Self.short(threshold)
    }

    /// A number to five digits.
    static func short(_ value: Double) -> String {
        if value == 0 { return "0" }
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        var text: String
        if (-4..<7).contains(exponent) {
            let unit = pow(10, Double(max(0, 4 - exponent)))
            text = "\((value * unit).rounded() / unit)"
            if text.hasSuffix(".0") { text.removeLast(2) }
        } else {
            // Two steps, because 10 to the power of -320 is not a number to divide by.
            let half = exponent / 2
            let mantissa = value / pow(10, Double(half)) / pow(10, Double(exponent - half))
            text = "\((mantissa * 10_000).rounded() / 10_000)"
            if text.hasSuffix(".0") { text.removeLast(2) }
            text += "e\(exponent)"
        }
        return text.replacing("-", with: "−")
    }

    /// A text with its middle left out where it is too long.
    private static func shortened(_ text: String, to count: Int) -> String {
        guard text.count > count else { return text }
        let head = (count - 1) * 2 / 3
        return text.prefix(head) + "…" + text.suffix(count - 1 - head)
    }

    /// A text as XML holds it.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // XML has no way to write these.
            case "\0"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}", "\u{fffe}", "\u{ffff}":
                result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
