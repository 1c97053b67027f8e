// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The forms that score blocks of rows, made when somebody first asks for them.
final class FormsOfBatches: Sendable {
    /// The form of planes, where the model has one, and the form of the trees that it leaves out.
    typealias Forms = (planes: PlaneForm?, walk: WalkForm?)

    /// The vector instructions to lay them out for; nil does without fast forms.
    private let level: Int?
    private let made = MadeOnce<Forms>()

    init(level: Int?) { self.level = level }

    /// Whether there may be any.
    func suit(_ ensemble: Ensemble) -> Bool { level != nil && ensemble.aggregation == .sum }

    /// The forms of the one ensemble that this belongs to.
    func forms(of ensemble: Ensemble) -> Forms {
        guard let level, suit(ensemble) else { return (nil, nil) }
        return made.value {
            let cuts = CutTable(ensemble)
            let planes = WalkForm.suitsAll(ensemble) ? nil : PlaneForm(ensemble, cuts, level: level)
            let walk =
                planes?.holds.allSatisfy { $0 } == true
                ? nil : WalkForm(ensemble, cuts, level: level) { planes?.holds[$0] != true }
            return (planes, walk)
        }
    }
}
