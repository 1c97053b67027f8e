// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import ContentHashing
import Foundation

/// What the commands on versions of artifacts and of datasets have in common.
enum VersionOptions {
    static let path = Option(
        "--path", "PATH", "only this file, or this folder with all below it", isRepeatable: true)
    /// The options of every command that restores.
    static let reuse = [
        Option("--reuse", "FOLDER", "take files that are equal there, such as in an earlier version"),
        Option("--reuse-by", "METHOD", "copy (default), clone (a reflink) or hard-link"),
    ]
    /// The options of every command that retires.
    static let retention = [
        Option("--keep", "COUNT", "how many of the latest stay; those with an alias or a tag always do"),
        Option("--days", "DAYS", "younger versions stay"),
        Option("--dry-run", nil, "only tell which versions would be retired"),
    ]

    /// What the options say about files that may be taken over.
    static func fileReuse(_ arguments: Arguments) throws -> FileReuse? {
        let words = FileReuse.Method.allCases.map(\.rawValue)
        let method = FileReuse.Method(
            rawValue: try arguments.choice("--reuse-by", of: words, default: "copy"))
        return arguments["--reuse"].map { FileReuse($0, by: method ?? .copy) }
    }

    /// Which versions the options keep.
    static func retention(_ arguments: Arguments) throws -> (RetentionPolicy, isDryRun: Bool) {
        guard arguments.has("--keep") || arguments.has("--days") else {
            throw UsageError("say which versions stay: '--keep COUNT', '--days DAYS' or both")
        }
        let days = try arguments.number("--days")
        let policy = RetentionPolicy(
            latest: try arguments.integer("--keep", default: 0, atLeast: 0),
            after: days.map { Date(timeIntervalSinceNow: -86_400 * $0) })
        return (policy, arguments.has("--dry-run"))
    }

    /// Shows which versions were retired.
    static func show(_ retired: [Int], of name: String, _ arguments: Arguments) {
        if arguments.has("--json") {
            return Output.write(.array(retired.map { .integer(Int64($0)) }))
        }
        let what = arguments.has("--dry-run") ? "would retire" : "retired"
        for number in retired { print("\(what) \(name)@\(number)") }
        if retired.isEmpty { print("every version stays") }
    }

    /// Shows which versions the names lead to.
    static func show(_ numbers: [String: Int], of name: String, _ arguments: Arguments) {
        if arguments.has("--json") {
            return Output.write(.object(numbers.mapValues { .integer(Int64($0)) }))
        }
        for (word, number) in numbers.sorted(by: { $0.key < $1.key }) { print("\(word)  \(name)@\(number)") }
    }
}
