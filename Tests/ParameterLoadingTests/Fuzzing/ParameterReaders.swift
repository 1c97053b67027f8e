// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import ParameterLoading

/// What must hold of every text that a reader of parameters is given; fuzzers and unit tests share it.
enum ParameterReaders {
    static let names = ["yaml", "toml", "json", "env"]

    /// What is wrong with the library's answer to a text; nil where nothing is.
    static func fault(in bytes: [UInt8], of reader: String) -> String? {
        let format: ParameterFormat
        switch reader {
        case "yaml": format = .yaml
        case "toml": format = .toml
        case "json": format = .json
        default: return faultInVariables(bytes)
        }
        if let lines = try? ParameterText.jsonLines(bytes, format: format, name: "fuzz") {
            for line in lines {
                guard (try? ParameterText.jsonLines(line, format: .json, name: "again")) == [line] else {
                    return "what was read does not read back as JSON"
                }
            }
        }
        let options = ParameterOptions(variables: [:])
        guard let parameters = try? Parameters.load(from: .text(bytes, format: format), options: options)
        else { return nil }
        let record = parameters.frozen
        _ = parameters.explanation()
        guard let again = try? FrozenParameters(parsing: record.fileContent), again.digest == record.digest
        else { return "the frozen file does not read back" }
        return nil
    }

    private static func faultInVariables(_ bytes: [UInt8]) -> String? {
        guard let variables = try? DotEnv.parse(bytes) else { return nil }
        for variable in variables where variable.name.isEmpty || variable.offset > bytes.count {
            return "a variable has no name or lies outside the file"
        }
        return nil
    }
}
