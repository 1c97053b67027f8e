// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension LineageComparison: CustomStringConvertible {
    /// The verdict in one line, then what else is known, for people.
    public var description: String { lines.joined(separator: "\n") }

    private var lines: [String] {
        var lines = [summary]
        if let firstStage {
            let cause =
                firstStage.isMissing
                ? "only one run has it"
                : firstStage.inputs.isEmpty
                    ? "from equal inputs" : "from different \(firstStage.inputs.joined(separator: ", "))"
            lines.append(
                "first stage that parts: \(firstStage.stage) (\(firstStage.outputs.joined(separator: ", ")) \(cause))"
            )
        } else if stagesVerdict == .notRecorded {
            lines.append("stages: not recorded in both runs")
        }
        if let firstMetric { lines.append("first metric that parts: \(firstMetric)") }
        for difference in differences where difference.isKnown { lines.append("  \(difference)") }
        for difference in differences where !difference.isKnown { lines.append("  \(difference)") }
        return lines
    }

    /// The verdict in one line, such as
    /// `first divergence: data flights flights@12 != flights@13; code equal; parameters equal; environment equal`.
    public var summary: String {
        let states = LineageFacet.allCases.filter { $0 != .compute }
        func rest(without facet: LineageFacet? = nil) -> String {
            states.filter { $0 != facet }.map { "; \($0) \(words(verdict($0)))" }.joined()
        }
        switch firstDivergence {
        case .none: return "no divergence: everything recorded is equal"
        case .nondeterminism(let place):
            return "nondeterminism: inputs equal but outputs differ, first at \(place)"
        case .undecided(let gaps):
            let facets = Set(gaps.map(\.facet)).sorted().map(\.rawValue).joined(separator: ", ")
            let outputs = partingOutput.map { " although outputs part at \($0)" } ?? ""
            return "no known divergence\(outputs); not recorded: \(facets)\(rest())"
        case .input(let difference):
            let isEarlierUnknown = states.contains {
                $0 < difference.facet && verdict($0) == .notRecorded
            }
            let kind = isEarlierUnknown ? "first known divergence" : "first divergence"
            return "\(kind): \(difference)\(rest(without: difference.facet))"
        }
    }

    private func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .equal: "equal"
        case .different: "different"
        case .notRecorded: "not recorded"
        }
    }
}
