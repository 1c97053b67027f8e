// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import CommandLineBase
import Foundation

/// `mlops store objects ...`: the single objects of a store, for a look at what is there and for scripts.
enum StoreObjectCommands {
    static let commands = [
        Command(
            "store objects list", "the objects under a prefix: size, time of writing, key",
            operands: "[PREFIX]",
            options: StoreLocation.options
        ) { arguments in
            let store = try StoreLocation.open(arguments)
            var table = TextTable(["size", "written", "key"])
            for object in try await store.listAll(prefix: arguments.operands.first ?? "") {
                let time = Date(timeIntervalSince1970: object.modified).formatted(.iso8601)
                table.add([String(object.size), time, object.key])
            }
            print(table.text)
            return .success
        },
        Command(
            "store objects get", "write an object to standard output", operands: "KEY",
            options: StoreLocation.options
        ) { arguments in
            let content = try await StoreLocation.open(arguments).get(arguments.operand(0))
            try FileHandle.standardOutput.write(contentsOf: content)
            return .success
        },
        Command(
            "store objects put", "store a file under a key, replacing what stands there",
            operands: "KEY FILE",
            options: StoreLocation.options
        ) { arguments in
            let content = try Data(contentsOf: URL(filePath: arguments.operand(1)))
            print(try await StoreLocation.open(arguments).put(Array(content), at: arguments.operand(0)).text)
            return .success
        },
        Command(
            "store objects create", "store a file under keys that are free; exit 1 where one is taken",
            operands: "FILE KEY...", options: StoreLocation.options
        ) { arguments in
            let store = try StoreLocation.open(arguments)
            let content = Array(try Data(contentsOf: URL(filePath: arguments.operand(0))))
            var status = ExitStatus.success
            for key in arguments.operands.dropFirst() {
                do {
                    try await store.create(content, at: key)
                    print("created \(key)")
                } catch let error as StoreError where error.code == .alreadyExists {
                    print("taken \(key)")
                    status = .negative
                }
            }
            return status
        },
        Command(
            "store objects delete", "remove an object; none at the key is no error", operands: "KEY",
            options: StoreLocation.options
        ) { arguments in
            try await StoreLocation.open(arguments).delete(arguments.operand(0))
            return .success
        },
    ]
}
