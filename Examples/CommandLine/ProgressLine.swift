// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// One line on a terminal that says what long work is at; prints nothing where standard error is no terminal.
public final class ProgressLine: Sendable {
    private let isTerminal = isatty(2) == 1
    private let started = ContinuousClock.now
    private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

    /// Starts the clock.
    public init() {}

    /// Shows a step, with the part done between 0 and 1 where it is known; at most twenty times a second.
    public func show(_ text: String, _ part: Double? = nil) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        let isDue = lastShown.withLock { last in
            if part != nil, let last, now - last < .milliseconds(50) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let bar = part.map { part in
            let filled = Int((min(max(part, 0), 1) * 20).rounded())
            return " [" + String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
                + "]"
        }
        write("\r\u{1b}[K" + "\(Int((now - started) / .seconds(1)))s  " + text + (bar ?? ""))
    }

    /// Wipes the line.
    public func finish() {
        if isTerminal { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
