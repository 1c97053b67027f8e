// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ModelRegistries

extension ModelRegistryConformance {
    private func move(_ from: Int?, _ to: Int?, of model: String, by: String = "ada") async throws {
        try await registry.moveAlias(
            AliasMove("champion", from: from, to: to), of: model, note: ChangeNote(by: by))
    }

    private func champion(of model: String) async throws -> Int? {
        try await registry.aliases(of: model)["champion"]
    }

    func checkAliases(_ model: String) async throws {
        _ = try await register(2, of: model)
        try await move(nil, 1, of: model)
        try require(try await champion(of: model) == 1, "the alias is not there")
        try require(try await registry.find("\(model)@champion").number == 1, "the alias is not found")
        try await move(1, 2, of: model)
        try require(try await champion(of: model) == 2, "the alias did not move")
        try await registry.moveAlias(
            AliasMove("challenger", from: nil, to: 2), of: model, note: ChangeNote(by: "ada"))
        try require(
            try await registry.aliases(of: model) == ["champion": 2, "challenger": 2],
            "two aliases on one version")
        try await move(2, nil, of: model)
        try require(try await champion(of: model) == nil, "the alias did not go away")
    }

    func checkStaleMoves(_ model: String) async throws {
        _ = try await register(2, of: model)
        try await requireFailure(.aliasMoved, "moving an alias that is not there") {
            try await move(1, 2, of: model)
        }
        try await move(nil, 1, of: model)
        try await requireFailure(.aliasMoved, "making an alias that is there") {
            try await move(nil, 2, of: model)
        }
        try await requireFailure(.aliasMoved, "moving an alias from another version") {
            try await move(2, 1, of: model)
        }
        try require(try await champion(of: model) == 1, "a refused move moved the alias")
    }

    func checkRacingMoves(_ model: String) async throws {
        _ = try await register(writers + 1, of: model)
        try await move(nil, 1, of: model)
        let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    do {
                        try await move(1, writer + 2, of: model, by: "writer \(writer)")
                        return writer + 2
                    } catch let error as RegistryError where error.code == .aliasMoved {
                        return nil
                    }
                }
            }
            var winners: [Int] = []
            for try await winner in group { if let winner { winners.append(winner) } }
            return winners
        }
        try require(winners.count == 1, "\(winners.count) of \(writers) racing moves were told that they won")
        try require(
            try await champion(of: model) == winners[0], "the alias does not hold the winner's version")
    }

    func checkGates(_ model: String) async throws {
        let version = try await register(1, of: model)[0]
        let passing = PromotionGate("passes") { _ in .passed("fine") }
        let refusing: [PromotionGate] = [
            PromotionGate("fails") { _ in .failed("no") }, PromotionGate("unknown") { _ in .unknown("dark") },
            PromotionGate("throws") { _ in throw Finding(message: "broken") },
        ]
        for gate in refusing {
            try await requireFailure(.gateRefused, "promoting through a gate that \(gate.name)") {
                _ = try await registry.promote(version, to: "champion", if: [passing, gate])
            }
            try require(try await champion(of: model) == nil, "a refused promotion moved the alias")
        }
        let results = try await registry.promote(version, to: "champion", if: [passing])
        try require(results == [GateResult(gate: "passes", outcome: .passed, evidence: "fine")], "\(results)")
        try require(try await champion(of: model) == 1, "a promotion did not move the alias")
        let written = try await registry.history(of: model).contains { event in
            if case .aliasMoved("champion", nil, 1, false, results) = event.action { true } else { false }
        }
        try require(written, "what the gates found is not in the history")
    }

    func checkRollBack(_ model: String) async throws {
        let versions = try await register(4, of: model)
        for version in versions.prefix(3) { try await registry.promote(version, to: "champion") }
        let second = try await registry.rollBack(model, "champion", why: "alarms")
        try require(second.number == 2, "rolling back from 3 led to \(second)")
        try require(try await champion(of: model) == 2, "rolling back did not move the alias")
        try require(try await registry.rollBack(model, "champion").number == 1, "rolling back twice is not 1")
        try await requireFailure(.nothingToRollBackTo, "rolling back the first promotion") {
            _ = try await registry.rollBack(model, "champion")
        }
        try await registry.promote(versions[2], to: "champion")
        try await registry.promote(versions[3], to: "champion")
        _ = try await registry.archive(versions[2])
        try require(
            try await registry.rollBack(model, "champion").number == 1,
            "rolling back stopped at an archived version")
    }

    func checkArchiving(_ model: String) async throws {
        let versions = try await register(2, of: model)
        try await registry.promote(versions[0], to: "champion")
        try await requireFailure(.archived, "archiving a version that an alias holds") {
            _ = try await registry.archive(versions[0])
        }
        let archived = try await registry.archive(versions[1])
        try require(archived.isArchived, "an archived version is not told as archived")
        try await requireFailure(.archived, "promoting an archived version") {
            _ = try await registry.promote(versions[1], to: "champion")
        }
        try require(try await registry.find(model).number == 1, "the newest version in use is not found")
        try require(
            try await registry.versions(of: model).count == 2, "an archived version is no longer listed")
    }

    func checkHistory(_ model: String) async throws {
        let version = try await registry.register(
            model, artifact: try await artifact(model), by: "ada", why: "first")
        _ = try await registry.approve(version, by: "bob", why: "good")
        try await registry.promote(version, to: "champion", by: "eve", why: "release")
        let history = try await registry.history(of: model)
        try require(history.map(\.by) == ["ada", "bob", "eve"], "the history is by \(history.map(\.by))")
        try require(history.map(\.why) == ["first", "good", "release"], "the reasons are lost")
        try require(
            zip(history, history.dropFirst()).allSatisfy { $0.microseconds <= $1.microseconds },
            "the times of the history are out of order")
    }
}
