// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a check of a conformance suite found.
public enum ConformanceVerdict: Hashable, Sendable {
    /// The promise is kept.
    case passed
    /// What no other module relies on is lacking; the text says what.
    case lacking(String)
    /// The promise is broken; the text says how.
    case failed(String)
}

/// All that a run of a conformance suite found.
public struct ConformanceReport<Check>: Sendable, CustomStringConvertible
where Check: RawRepresentable & Hashable & Sendable, Check.RawValue == String {
    /// A check and its verdict.
    public struct Outcome: Hashable, Sendable {
        /// The promise.
        public let check: Check
        /// Whether it is kept.
        public let verdict: ConformanceVerdict
        /// How long the check took.
        public let seconds: Double
    }

    /// The outcomes in the order of the checks.
    public let outcomes: [Outcome]

    /// Whether no check failed.
    public var isConforming: Bool { failures.isEmpty }

    /// The checks that failed.
    public var failures: [Outcome] {
        outcomes.filter { if case .failed = $0.verdict { true } else { false } }
    }

    /// One line a check.
    public var description: String {
        outcomes.map { outcome in
            switch outcome.verdict {
            case .passed: "passed   \(outcome.check.rawValue)"
            case .lacking(let what): "lacking  \(outcome.check.rawValue): \(what)"
            case .failed(let how): "FAILED   \(outcome.check.rawValue): \(how)"
            }
        }.joined(separator: "\n")
    }

    /// Runs checks one after another.
    init(
        running checks: [Check], progress: (Outcome) -> Void = { _ in },
        _ verdict: (Int, Check) async -> ConformanceVerdict
    ) async {
        var outcomes: [Outcome] = []
        for (number, check) in checks.enumerated() {
            let start = ContinuousClock.now
            let verdict = await verdict(number, check)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            outcomes.append(Outcome(check: check, verdict: verdict, seconds: seconds))
            progress(outcomes[number])
        }
        self.outcomes = outcomes
    }
}

/// What a check found amiss.
struct Finding: Error {
    var message: String
    var isLacking = false
}

/// Ends a check with a finding where the condition is false.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw Finding(message: message()) }
}
