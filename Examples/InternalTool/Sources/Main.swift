// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase

/// The command `mlops`; each family of commands stands in its own file and adds its list here.
@main
struct Main {
    static func main() async {
        let families: [[Command]] = [
            TreeCommands.commands,
            ParameterCommands.commands,
            DataCommands.commands,
            DataDifferenceCommands.commands,
            ContractCommands.commands,
            ArtifactCommands.commands,
            StoreCommands.commands,
            StoreObjectCommands.commands,
            RunCommands.commands,
            ModelCommands.commands,
            MLflowCommands.commands,
        ]
        await CommandLineProgram(
            "mlops", "score, version, register and compare, on the stores you already have",
            commands: families.flatMap { $0 }
        ).main()
    }
}
