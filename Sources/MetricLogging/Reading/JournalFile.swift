// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One writer's journal as a reader finds it.
struct JournalFile: Sendable {
    let path: String
    let writer: String
    let host: String
    let process: Int32
    let content: JournalContent
    /// Whether a living process writes it.
    let isAlive: Bool

    /// Reads a journal.
    ///
    /// - Parameter lease: For how long a sign of life of another host counts.
    init(_ path: String, lease: Duration) throws(RunError) {
        self.path = path
        // Asked before reading: a writer that ends in between has then written all that will be read.
        let holder = AppendFile.holder(of: path)
        content = JournalContent(try DurableFiles.read(path))
        let opening = content.opening
        if let opening, opening.format != 1 {
            throw RunError(
                .unsupportedFormat, "the journal has the format \(opening.format); this version reads 1",
                path: path)
        }
        let file = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        writer = opening?.writer ?? String(file.dropLast(RunFolder.journalSuffix.count))
        host = opening?.host ?? "unknown"
        process = opening?.process ?? 0
        let isForeign = holder == .unknown || opening?.host != ProcessInfo.processInfo.hostName
        isAlive =
            content.closing == nil
            && (holder == .somebody
                || isForeign && JournalFile.age(of: path) < Double(lease.components.seconds))
    }

    /// Cuts off what a crash left behind the last whole frame.
    func cutTornEnd() throws(RunError) {
        guard content.tornBytes > 0 else { return }
        var file = try AppendFile(existing: path)
        try file.truncate(to: content.wholeSize)
        try file.synchronize()
    }

    /// Seconds since the last sign of life.
    private static func age(of path: String) -> Double {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let modified = attributes?[.modificationDate] as? Date else { return .infinity }
        return Date().timeIntervalSince(modified)
    }
}
