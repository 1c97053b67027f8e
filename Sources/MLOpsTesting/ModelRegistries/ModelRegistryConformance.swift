// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
public import ModelRegistries
import RunLineage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A suite that finds out whether a registry keeps the promises of `ModelRegistry`.
///
/// It works through the registry's public operations alone, on models with fresh names. A registry cannot forget, so
/// the models stay: run it against a registry of its own.
///
/// ```swift
/// let report = await ModelRegistryConformance(of: registry).run()
/// #expect(report.isConforming, "\(report)")
/// ```
public struct ModelRegistryConformance: Sendable {
    /// One promise.
    @nonexhaustive
    public enum Check: String, CaseIterable, Sendable {
        /// Versions are numbered from 1 and keep what they were registered with.
        case registering
        /// Registering the same files from the same run again is the same version.
        case registeringAgain = "registering again"
        /// Racing registrations of different files each get a number of their own.
        case racingRegistrations = "racing registrations"
        /// An alias moves, is read back and goes away.
        case aliases
        /// An alias does not move from a version it does not hold.
        case staleMoves = "stale moves"
        /// Of racing moves from one version exactly one wins.
        case racingMoves = "racing moves"
        /// A gate that fails or cannot tell stops a promotion; what gates found is in the history.
        case gates
        /// Roll-back goes back along the promotions, and on from there.
        case rollBack = "roll-back"
        /// Evaluations, approvals and tags read back.
        case remarks
        /// An archived version takes no alias, and a version that holds one is not archived.
        case archiving
        /// The lineage reads back as it was registered.
        case lineage
        /// The history is in order and says who and why.
        case history
        /// What does not exist is told so.
        case unknownNames = "unknown names"
    }

    /// What a check found.
    public typealias Verdict = ConformanceVerdict
    /// All that a run found.
    public typealias Report = ConformanceReport<Check>
    /// A check and its verdict.
    public typealias Outcome = Report.Outcome

    let registry: any ModelRegistry
    let artifact: @Sendable (String) async throws -> ModelArtifact
    let writers: Int

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - registry: The registry in question.
    ///   - writers: How many tasks race for a number or an alias.
    ///   - artifact: Makes files with a content and tells where they are; nil makes up files that nobody can read.
    public init(
        of registry: any ModelRegistry, writers: Int = 6,
        artifact: (@Sendable (String) async throws -> ModelArtifact)? = nil
    ) {
        self.registry = registry
        self.writers = max(writers, 2)
        self.artifact = artifact ?? { ModelArtifact(name: "conformance", digest: Digest(of: $0), size: 1) }
    }

    /// Runs checks one after another.
    public func run(_ checks: [Check] = Check.allCases) async -> Report {
        let suffix = UUID().uuidString.lowercased().prefix(8)
        return await Report(running: checks) { _, check in
            let words = check.rawValue.map { $0 == " " ? "-" : $0 }
            return await verdict(of: check, on: "conformance-\(String(words))-\(suffix)")
        }
    }

    private func verdict(of check: Check, on model: String) async -> Verdict {
        do {
            switch check {
            case .registering: try await checkRegistering(model)
            case .registeringAgain: try await checkRegisteringAgain(model)
            case .racingRegistrations: try await checkRacingRegistrations(model)
            case .aliases: try await checkAliases(model)
            case .staleMoves: try await checkStaleMoves(model)
            case .racingMoves: try await checkRacingMoves(model)
            case .gates: try await checkGates(model)
            case .rollBack: try await checkRollBack(model)
            case .remarks: try await checkRemarks(model)
            case .archiving: try await checkArchiving(model)
            case .lineage: try await checkLineage(model)
            case .history: try await checkHistory(model)
            case .unknownNames: try await checkUnknownNames(model)
            }
            return .passed
        } catch let error as RegistryError where error.code == .unsupported {
            return .lacking(error.message)
        } catch let finding as Finding {
            return .failed(finding.message)
        } catch {
            return .failed("\(error)")
        }
    }
}

extension ModelRegistryConformance {
    /// Demands that an operation fails with this code.
    func requireFailure(
        _ code: RegistryError.Code, _ what: String, _ operation: () async throws -> Void
    ) async throws {
        do {
            try await operation()
        } catch let error as RegistryError {
            try require(error.code == code, "\(what): expected \(code), got \(error.code): \(error)")
            return
        }
        throw Finding(message: "\(what): expected \(code), but it succeeded")
    }

    /// Registers so many versions with different files.
    func register(_ count: Int, of model: String) async throws -> [ModelVersion] {
        var versions: [ModelVersion] = []
        for number in 1...count {
            versions.append(
                try await registry.register(model, artifact: try await artifact("\(model) \(number)")))
        }
        return versions
    }
}
