// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

/// The promise of `Documentation/Durability.md`, at every instant: what was published stays, what was not published is
/// nowhere named, and the store goes on working.
struct CrashTests {
    private let sources: [String]
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "crash-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var sources: [String] = []
        for seed: UInt64 in 1...3 {
            let path = folder.appending(path: "source\(seed)").path
            // The second content shares its first half with the first.
            let bytes = randomBytes(seed: 1, count: 3_000) + randomBytes(seed: seed, count: 3_000)
            try Data(bytes).write(to: URL(filePath: path))
            sources.append(path)
        }
        self.sources = sources
    }

    private func artifacts(_ disk: SimulatedDisk) -> ArtifactStore {
        ArtifactStore(LocalObjectStore(files: disk), options: ChunkStoreTests.options)
    }

    /// Publishes and moves an alias; tells what was confirmed before anything failed.
    private func work(on disk: SimulatedDisk, _ confirmed: inout [Int], _ alias: inout Int?) async throws {
        let artifacts = artifacts(disk)
        for (index, source) in sources.dropLast().enumerated() {
            let version = try await artifacts.publish("m", contentsOf: source)
            #expect(version.number == index + 1)
            confirmed.append(version.number)
            try await artifacts.move("champion", of: "m", to: version.number)
            alias = version.number
        }
    }

    /// Everything that was confirmed is there, everything that is there is whole, and work goes on.
    private func examine(_ disk: SimulatedDisk, confirmed: [Int], alias: Int?, _ what: Comment) async throws {
        let artifacts = artifacts(disk)
        let versions = try await artifacts.versions(of: "m")
        #expect(versions.map(\.number).starts(with: confirmed), what)
        for version in versions {
            let bytes = try await artifacts.read(of: version)
            #expect(bytes == Array(try Data(contentsOf: URL(filePath: sources[version.number - 1]))), what)
        }
        let champion = try await artifacts.aliases(of: "m")["champion"]
        #expect((champion ?? 0) >= (alias ?? 0), what)
        let report = try await StoreMaintenance(artifacts.store).check(dataShare: 1)
        #expect(report.losses.isEmpty, what)
        #expect(report.problems.allSatisfy { $0.kind == .unindexedPack }, "\(report.problems)")
        let last = try await artifacts.publish("m", contentsOf: sources[2])
        #expect(
            try await artifacts.read(of: last) == Array(try Data(contentsOf: URL(filePath: sources[2]))), what
        )
    }

    @Test func thePowerMayGoAtAnyCall() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var number = 1
        while true {
            let disk = SimulatedDisk()
            disk.fail(at: number, .powerLoss)
            var (confirmed, alias): ([Int], Int?) = ([], nil)
            var isDone = false
            do {
                try await work(on: disk, &confirmed, &alias)
                isDone = true
            } catch is StoreError {}
            for (seed, survival) in [0, 1, 0.6].enumerated() {
                let found = disk.afterPowerLoss(survival: survival, seed: UInt64(number * 10 + seed))
                try await examine(
                    found, confirmed: confirmed, alias: alias, "call \(number), survival \(survival)")
            }
            if isDone { break }
            number += 1
        }
        #expect(number > 60)
    }

    @Test(arguments: [SimulatedDisk.Fault.once(28), .always(28), .once(5), .always(5)])
    func theDiskMayFailAtAnyCall(fault: SimulatedDisk.Fault) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var number = 1
        while true {
            let disk = SimulatedDisk()
            disk.fail(at: number, fault)
            var (confirmed, alias): ([Int], Int?) = ([], nil)
            var isDone = false
            do {
                try await work(on: disk, &confirmed, &alias)
                isDone = disk.calls < number
            } catch let error as StoreError {
                #expect([.outOfSpace, .unavailable].contains(error.code), "\(error)")
                let mend = error.code == .outOfSpace ? "free space and run again" : "kernel's log"
                #expect(error.message.contains(mend), "\(error)")
                #expect(error.location == "disk")
            }
            disk.fail(at: nil)
            try await examine(disk, confirmed: confirmed, alias: alias, "call \(number), \(fault)")
            if isDone { break }
            number += 1
        }
        #expect(number > 60)
    }
}
