// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a run did not keep.
///
/// All zero means that every point that was logged and flushed can be read back.
public struct RunLosses: Hashable, Sendable, Codable {
    /// Points dropped because the disk could not take them and memory was to stay bounded.
    public var droppedPoints = 0
    /// Points refused because their step went backwards.
    public var refusedPoints = 0
    /// Points that came after the run had ended.
    public var latePoints = 0
    /// Bytes at the end of a journal that a crash cut short; nothing that was flushed is among them.
    public var tornBytes = 0
    /// Bytes damaged amid a journal.
    public var damagedBytes = 0
    /// Frames that the counter of a journal misses.
    public var missingFrames = 0
    /// Records that this version does not know.
    public var unknownRecords = 0

    /// Nothing lost.
    public init() {}

    /// Whether nothing was lost.
    public var isEmpty: Bool { self == RunLosses() }

    /// Adds up two accounts.
    static func + (left: RunLosses, right: RunLosses) -> RunLosses {
        var sum = left
        sum.droppedPoints += right.droppedPoints
        sum.refusedPoints += right.refusedPoints
        sum.latePoints += right.latePoints
        sum.tornBytes += right.tornBytes
        sum.damagedBytes += right.damagedBytes
        sum.missingFrames += right.missingFrames
        sum.unknownRecords += right.unknownRecords
        return sum
    }
}
