// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The places of the leaves of frozen parameters, put into words at the first question, because most loads ask none.
final class FrozenOrigins: Sendable {
    private enum State {
        /// The place of each leaf in the order of ``FrozenValue/leaves(_:)``; nil for a value of no source.
        case places([Origin?], SourceList)
        case words([String: String])
    }

    private let state: Mutex<State>

    init(_ words: [String: String]) { state = Mutex(.words(words)) }

    init(places: [Origin?], in sources: SourceList) { state = Mutex(.places(places, sources)) }

    /// The place of each leaf of the values that this was made with, by the leaf's path.
    func byPath(of root: FrozenValue) -> [String: String] {
        state.withLock { state in
            switch state {
            case .words(let words): return words
            case .places(let places, let sources):
                var words: [String: String] = [:]
                for (leaf, place) in zip(root.leaves(), places) {
                    if let place { words[leaf.path.text] = sources.place(place).place }
                }
                state = .words(words)
                return words
            }
        }
    }
}
