// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase

/// The program `benchmarks`; each family stands in its own file and adds its list here.
@main
struct Main {
    static func main() async {
        let families: [[Command]] = [
            TreeBenchmark.commands,
            HashBenchmark.commands,
            SnapshotBenchmark.commands,
            MetricBenchmark.commands,
            ParameterBenchmark.commands,
        ]
        await CommandLineProgram(
            "benchmarks", "measures this package and prints one JSON object a line",
            commands: families.flatMap { $0 }
        ).main()
    }
}
