// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The forms that only single rows need, made when somebody first asks for one.
final class FormsOfSingleRows: Sendable {
    private let madeRow = MadeOnce<RowForm?>()
    private let madeWalk = MadeOnce<WalkForm?>()

    /// The form for single rows where the processor allows it and it suits the model.
    func row(_ ensemble: Ensemble, _ planes: PlaneForm?) -> RowForm? {
        madeRow.value { planes.flatMap { RowForm(ensemble, $0) } }
    }

    /// The form that walks all trees.
    func walk(_ ensemble: Ensemble, level: Int) -> WalkForm? {
        madeWalk.value { WalkForm(ensemble, CutTable(ensemble), level: level) { _ in true } }
    }
}
