// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage

extension PromotionGate {
    /// The lineage tells how the model was made: code, data, parameters and environment.
    public static let lineageIsComplete = PromotionGate("lineage is complete") { context in
        guard let lineage = try await context.lineage() else { return .failed("no lineage was registered") }
        let gaps = lineage.gaps
        return gaps.isEmpty
            ? .passed("lineage \(lineage.digest.short)") : .failed(gaps.joined(separator: "; "))
    }

    /// The files are still what was registered, byte for byte.
    public static let artifactIsVerified = PromotionGate("artifact is verified") { context in
        let digest = context.candidate.artifact.digest.short
        switch try await context.artifactIsIntact() {
        case true?: return .passed("the files match \(digest)")
        case false?: return .failed("the files no longer match \(digest)")
        case nil: return .unknown("this registry cannot read the files '\(context.candidate.artifact.name)'")
        }
    }

    /// Whoever calls the model that holds an alias can call the candidate: see ``ModelSignature/breaks(with:)``.
    ///
    /// - Parameter alias: The alias whose callers matter; nil takes the one the candidate is to take. An alias that
    ///   holds no version has no callers.
    public static func signatureIsCompatible(with alias: String? = nil) -> PromotionGate {
        PromotionGate("signature is compatible" + (alias.map { " with \($0)" } ?? "")) { context in
            let name = alias ?? context.alias
            guard let incumbent = context.aliases[name] else { return .passed("\(name) holds no version") }
            guard let new = context.candidate.signature, let old = incumbent.signature else {
                let silent = context.candidate.signature == nil ? context.candidate : incumbent
                return .unknown("\(silent) has no signature")
            }
            let breaks = new.breaks(with: old)
            return breaks.isEmpty ? .passed("as \(incumbent)") : .failed(breaks.joined(separator: "; "))
        }
    }

    /// The signature is compatible with that of the alias's version.
    public static var signatureIsCompatible: PromotionGate { signatureIsCompatible() }

    /// So many people other than who registered the version have approved it.
    public static func approved(by count: Int) -> PromotionGate {
        PromotionGate("approved by \(count)") { context in
            let people = Set(context.candidate.approvals.map(\.by)).subtracting([
                context.candidate.registeredBy
            ])
            let names = people.isEmpty ? "nobody" : people.sorted().joined(separator: ", ")
            return people.count >= count
                ? .passed("by \(names)")
                : .failed("by \(names); an approval by who registered the version does not count")
        }
    }

    /// The candidate is better than the version that holds an alias, measured on the same data.
    ///
    /// Only evaluations on data with the same digest are compared, and the candidate must be better on each. An alias
    /// that holds no version is beaten by any candidate that was evaluated.
    ///
    /// - Parameters:
    ///   - alias: The alias of the version to beat.
    ///   - metric: The metric, such as `auc`.
    ///   - margin: By how much at least, in the metric's unit.
    ///   - higherIsBetter: False for an error or a loss.
    ///   - minimumShared: On how many versions of data both must have been measured.
    public static func beats(
        _ alias: String, on metric: String, by margin: Double = 0, higherIsBetter: Bool = true,
        minimumShared: Int = 1
    ) -> PromotionGate {
        PromotionGate("beats \(alias) on \(metric) by \(margin)") { context in
            let own = context.candidate.values(of: metric)
            guard !own.isEmpty else { return .unknown("\(context.candidate) was not evaluated on \(metric)") }
            guard let incumbent = context.aliases[alias] else { return .passed("\(alias) holds no version") }
            if incumbent.number == context.candidate.number {
                return .failed("\(context.candidate) holds \(alias) already")
            }
            let other = incumbent.values(of: metric)
            let shared = own.keys.filter { other[$0] != nil }.sorted()
            guard shared.count >= max(minimumShared, 1) else {
                return .unknown(
                    "\(context.candidate) and \(incumbent) were measured on \(shared.count) common versions of data"
                )
            }
            var isBetter = true
            let comparisons = shared.compactMap { data -> String? in
                guard let new = own[data], let old = other[data] else { return nil }
                let gain = higherIsBetter ? new - old : old - new
                // Written so that a NaN does not pass.
                if !(gain >= margin) { isBetter = false }
                return "\(new) against \(old) on \(data.short)"
            }
            let evidence = comparisons.joined(separator: "; ")
            return isBetter ? .passed(evidence) : .failed(evidence)
        }
    }
}
