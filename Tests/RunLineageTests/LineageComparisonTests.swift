// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage
import Testing

@Suite struct LineageComparisonTests {
    typealias Change = @Sendable (inout LineageRecord) -> Void

    /// One change to a record for each leaf, and where it must be found.
    static let changes: [(LineageFacet, String, Change)] = [
        (.code, "commit", { $0.code?.commit = "b" }),
        (.code, "local changes", { $0.code?.changes = .patch(Digest(of: "patch")) }),
        (.code, "packages.nio", { $0.code?.packages = ["nio": "2.0"] }),
        (.data, "flights", { $0.data?[0].digest = Digest(of: "13") }),
        (.data, "weather", { $0.data?.append(DataReference(name: "weather", digest: Digest(of: "w"))) }),
        (.schema, "flights", { $0.data?[0].schema = Digest(of: "other") }),
        (
            .parameters, "tree.rate",
            {
                $0.parameters = ParameterState(
                    digest: Digest(of: "q"), frozen: #"{"rounds":10,"tree":{"rate":0.1}}"#)
            }
        ),
        (.parameters, "digest", { $0.parameters = ParameterState(digest: Digest(of: "q")) }),
        (.parameters, "seeds.shuffle", { $0.seeds = ["shuffle": 1] }),
        (.environment, "system", { $0.environment?.system = "Ubuntu" }),
        (.environment, "processor features", { $0.environment?.processorFeatures = ["avx512f"] }),
        (.environment, "variables.LANG", { $0.environment?.variables = ["LANG": "fr_FR"] }),
        (.environment, "threads", { $0.environment?.threads = 1 }),
        (.environment, "executable", { $0.environment?.executable = Digest(of: "other") }),
    ]

    @Test(arguments: changes.indices) func oneChangeIsTheFirstDivergence(index: Int) throws {
        let (facet, path, change) = Self.changes[index]
        var other = LineageRecord.whole
        change(&other)
        let comparison = LineageComparison(.whole, other)
        guard case .input(let difference) = comparison.firstDivergence else {
            Issue.record("\(comparison)")
            return
        }
        #expect(difference.facet == facet)
        #expect(difference.path == path)
        for other in LineageFacet.allCases where other != facet {
            #expect(comparison.verdict(other) == .equal)
        }
    }

    @Test func anEarlierPartWinsOverALaterOne() {
        for (first, second) in zip(Self.changes.indices, Self.changes.indices.dropFirst()) {
            var other = LineageRecord.whole
            Self.changes[second].2(&other)
            Self.changes[first].2(&other)
            guard case .input(let difference) = LineageComparison(.whole, other).firstDivergence else {
                Issue.record("no difference found")
                continue
            }
            #expect(difference.facet <= Self.changes[first].0)
        }
    }

    @Test func equalRecordsPartNowhereAndLabelsAreNotCompared() {
        var other = LineageRecord.whole
        other.code?.branch = "feature"
        other.code?.repository = "https://example.org/x"
        other.data?[0].version = 99
        other.compute?.host = "b"
        let comparison = LineageComparison(.whole, other)
        #expect(comparison.firstDivergence == .none)
        #expect(comparison.summary == "no divergence: everything recorded is equal")
    }

    @Test func whatIsNotRecordedIsNeverEqual() {
        let comparison = LineageComparison(LineageRecord(), LineageRecord())
        guard case .undecided(let gaps) = comparison.firstDivergence else {
            Issue.record("\(comparison)")
            return
        }
        #expect(Set(gaps.map(\.facet)) == [.code, .data, .schema, .parameters, .environment])
        for facet in LineageFacet.allCases { #expect(comparison.verdict(facet) == .notRecorded) }
    }

    @Test func aGapBeforeADivergenceIsTold() {
        var left = LineageRecord.whole
        left.code = nil
        var right = LineageRecord.whole
        right.parameters = ParameterState(
            digest: Digest(of: "q"), frozen: #"{"rounds":11,"tree":{"rate":0.05}}"#)
        #expect(
            LineageComparison(left, right).summary
                == "first known divergence: parameters: rounds 10 != 11; code not recorded; data equal; schema equal; environment equal"
        )
    }

    @Test func equalInputsWithOtherOutputsAreNondeterminism() {
        var other = LineageRecord.whole
        other.stages?[1].outputs["model"] = Digest(of: "other")
        let comparison = LineageComparison(.whole, other)
        #expect(comparison.firstDivergence == .nondeterminism(at: "stage 'train'"))
        #expect(comparison.firstStage?.stage == "train")
        #expect(comparison.firstStage?.inputs == [])
        // Data that the parting stage did not read is no excuse.
        other.data?.append(DataReference(name: "weather", digest: Digest(of: "w")))
        #expect(LineageComparison(.whole, other).firstDivergence == .nondeterminism(at: "stage 'train'"))
        // Another processor on another machine is.
        var elsewhere = LineageRecord.whole
        elsewhere.model = Digest(of: "other")
        elsewhere.compute?.processor = "q"
        guard case .input(let difference) = LineageComparison(.whole, elsewhere).firstDivergence else {
            Issue.record("no difference found")
            return
        }
        #expect(difference.facet == .compute)
    }

    @Test func theFirstPartingStageIsFoundInOrder() {
        var other = LineageRecord.whole
        other.stages?[0].inputs["flights"] = Digest(of: "13")
        other.stages?[0].outputs["rows"] = Digest(of: "rows 13")
        other.stages?[1].inputs["rows"] = Digest(of: "rows 13")
        other.stages?[1].outputs["model"] = Digest(of: "model 13")
        other.data?[0] = DataReference(
            name: "flights", version: 13, digest: Digest(of: "13"), schema: Digest(of: "schema"))
        let comparison = LineageComparison(.whole, other)
        #expect(comparison.firstStage?.stage == "join")
        #expect(comparison.firstStage?.inputs == ["flights"])
        #expect(
            comparison.summary
                == "first divergence: data: flights@12 != flights@13; code equal; schema equal; parameters equal; environment equal"
        )
        other.stages?.removeLast()
        other.stages?[0] =
            LineageRecord.whole.stages.map { $0[0] } ?? StageRecord(name: "join", inputs: [:], outputs: [:])
        #expect(LineageComparison(.whole, other).firstStage?.isMissing == true)
    }

    @Test func metricsPartAtTheFirstStepBeyondTheTolerance() {
        let left = ["loss": [1, 0.5, 0.25].enumerated().map { MetricValue(step: $0, value: $1) }]
        var right = left
        right["loss"]?[1] = MetricValue(step: 1, value: 0.5 + 1e-9)
        right["loss"]?[2] = MetricValue(step: 2, value: .nan)
        func first(_ tolerance: MetricTolerance) -> MetricDivergence? {
            LineageComparison(
                .whole, .whole, leftMetrics: left, rightMetrics: right, tolerance: tolerance
            ).firstMetric
        }
        #expect(first(.exact)?.step == 1)
        #expect(first(MetricTolerance(absolute: 1e-6))?.step == 2)
        #expect(first(MetricTolerance(relative: 1e-6))?.right?.isNaN == true)
        #expect(MetricTolerance.exact.allows(.nan, .nan))
        #expect(!MetricTolerance(relative: 1).allows(.infinity, 1))
        #expect(MetricTolerance.exact.allows(.infinity, .infinity))
        let comparison = LineageComparison(.whole, .whole, leftMetrics: left, rightMetrics: right)
        #expect(comparison.firstDivergence == .nondeterminism(at: "metric 'loss' at step 1"))
        right["loss"]?.removeLast(2)
        right["other"] = [MetricValue(step: 0, value: 1)]
        #expect(first(.exact)?.metric == "other")
    }
}
