// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Holds what contributions need of a model, from the first time that somebody asks for them.
final class ContributionPlans: Sendable {
    private let found = Mutex<(plan: ContributionPlan, codes: NodeCodes)?>(nil)

    /// The plan of the model, made now if this is the first call.
    func plan(for ensemble: Ensemble) throws(TreeEnsembleError) -> (plan: ContributionPlan, codes: NodeCodes)
    {
        if let ready = found.withLock({ $0 }) { return ready }
        // Two callers may both get here; they make the same plan.
        let made = (
            plan: try ContributionPlan(ensemble),
            codes: NodeCodes(ensemble.nodes, columnCount: ensemble.columnCount)
        )
        found.withLock { $0 = made }
        return made
    }
}
