// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The forms that only single rows need, made when somebody first asks for one.
final class FormsOfSingleRows: Sendable {
    private let made = Mutex<(row: RowForm??, walk: WalkForm??)>((nil, nil))

    /// The form for single rows where the processor allows it and it suits the model.
    func row(_ ensemble: Ensemble, _ planes: PlaneForm?) -> RowForm? {
        made.withLock { made in
            if let ready = made.row { return ready }
            let form = planes.flatMap { RowForm(ensemble, $0) }
            made.row = .some(form)
            return form
        }
    }

    /// The form that walks all trees.
    func walk(_ ensemble: Ensemble, level: Int) -> WalkForm? {
        made.withLock { made in
            if let ready = made.walk { return ready }
            let form = WalkForm(ensemble, CutTable(ensemble), level: level) { _ in true }
            made.walk = .some(form)
            return form
        }
    }
}
