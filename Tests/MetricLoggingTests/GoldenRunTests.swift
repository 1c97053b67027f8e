// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import MetricLogging
import TestSupport
import Testing

/// Runs that earlier programs wrote must be read for ever.
struct GoldenRunTests {
    @Test(arguments: ["format-1"]) func aRunOfEarlierIsRead(name: String) throws {
        let run = try RunFolder(fixtures.appending(path: "MetricLogging/" + name).path).find("july")
        #expect(run.info.experiment == "flight-delay")
        #expect(run.status == .finished)
        #expect(run.parameters == ["learning_rate": "0.05", "größe": "ü = \"1\"\nzwei"])
        #expect(run.tags["team"] == "ops")
        #expect(run.metrics == ["loss", "odd"])
        #expect(run.points(of: "loss").map(\.step) == Array(0..<100))
        #expect(run.points(of: "loss").map(\.value) == (0..<100).map { 1 / Double($0 + 1) })
        let odd = run.points(of: "odd")
        #expect(odd.map(\.step) == [0, 7, 1_000_000_007, 2_000_000_000])
        #expect(odd.map(\.value.description) == ["nan", "inf", "-inf", "-0.0"])
        #expect(run.histograms.count == 1 && run.histograms.first?.step == 2)
        #expect(try run.artifact("model/model.txt") == Array("trees\n".utf8))
        #expect(run.losses == RunLosses())
    }
}
