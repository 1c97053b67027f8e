// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import ContentHashing

/// Answers as JSON.
enum Output {
    /// The option of every command that has an answer for programs.
    static let json = Option("--json", nil, "print the answer as JSON")

    static func write(_ value: JSONValue) {
        print(String(decoding: CanonicalJSON.encode(value), as: UTF8.self))
    }

    /// Shows what stands under each name, as a table or as JSON.
    ///
    /// What cannot be read, such as a version of a later format, does not hide the rest: that is shown, and then the first
    /// failure is thrown.
    ///
    /// - Parameters:
    ///   - names: What to list.
    ///   - columns: The table's columns.
    ///   - rows: The table's lines for a name, and the same as JSON.
    static func list(
        _ names: [String], _ columns: [String], _ arguments: Arguments,
        _ rows: (String) async throws -> [(cells: [String], json: JSONValue)]
    ) async throws -> ExitStatus {
        var table = TextTable(columns)
        var values: [JSONValue] = []
        var failure: (any Error)?
        for name in names {
            do {
                for (cells, json) in try await rows(name) {
                    table.add(cells)
                    values.append(json)
                }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure, values.isEmpty { throw failure }
        if arguments.has("--json") { write(.array(values)) } else { print(table.text) }
        if let failure { throw failure }
        return .success
    }
}
