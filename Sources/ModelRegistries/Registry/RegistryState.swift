// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import RunLineage

/// What the events of a model add up to.
struct RegistryState: Sendable {
    let model: String
    private(set) var versions: [ModelVersion] = []
    private(set) var aliases: [String: Int] = [:]
    private(set) var events: [RegistryEvent] = []

    init(model: String) { self.model = model }

    /// Takes the next event.
    mutating func apply(_ event: RegistryEvent) throws(RegistryError) {
        switch event.action {
        case .registered(let number, let artifact, let origin, let lineage, let signature, let tags):
            guard number == versions.count + 1 else {
                throw RegistryError(
                    .corrupted, "event \(events.count + 1) registers version \(number) out of order",
                    subject: model)
            }
            versions.append(
                ModelVersion(
                    model: model, number: number, artifact: artifact, origin: origin, lineage: lineage,
                    signature: signature, registeredBy: event.by, microseconds: event.microseconds, tags: tags
                ))
        case .evaluated(let number, let evaluation):
            try change(number) { $0.evaluations.append(evaluation) }
        case .approved(let number):
            let approval = ModelVersion.Approval(
                by: event.by, why: event.why, microseconds: event.microseconds)
            try change(number) { $0.approvals.append(approval) }
        case .tagged(let number, let set, let removed):
            try change(number) { version in
                version.tags.merge(set) { $1 }
                for name in removed { version.tags[name] = nil }
            }
        case .archived(let number): try change(number) { $0.isArchived = true }
        case .aliasMoved(let alias, _, let to, _, _): aliases[alias] = to
        case .promotionRefused: break
        }
        events.append(event)
    }

    /// The version with this number.
    func version(_ number: Int) throws(RegistryError) -> ModelVersion {
        guard number >= 1, number <= versions.count else {
            throw RegistryError(.notFound, "there is no such version", subject: "\(model)@\(number)")
        }
        return versions[number - 1]
    }

    private mutating func change(
        _ number: Int, _ body: (inout ModelVersion) -> Void
    ) throws(RegistryError) {
        _ = try version(number)
        body(&versions[number - 1])
    }
}
