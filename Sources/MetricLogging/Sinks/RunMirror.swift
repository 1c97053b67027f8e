// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Keeps a sink up to date with a run that goes on, in this process or in another, by reading its journals.
///
/// ```swift
/// let mirror = RunMirror(of: run.folder, to: TensorBoardSink("boards", isLive: true))
/// async let following: Void = mirror.follow()
/// …
/// try run.finish()
/// try await following
/// ```
///
/// Each record goes to the sink once, in the order in which its writer logged it. Where the sink fails, the records of
/// that update are sent again with the next.
public actor RunMirror {
    private let folder: String
    private let sink: any RunSink
    private var hasBegun = false
    private var hasEnded = false
    /// How many records of each writer's journal the sink has taken.
    private var taken: [String: Int] = [:]

    /// Prepares a mirror; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - folder: The folder that holds the run.
    ///   - sink: What receives the run.
    public init(of folder: String, to sink: any RunSink) {
        self.folder = folder
        self.sink = sink
    }

    /// Sends what is new; returns whether the run may still go on.
    ///
    /// - Throws: ``RunError``, and what the sink throws.
    @discardableResult
    public func update() async throws -> Bool {
        guard !hasEnded else { return false }
        let reader = try RunReader(folder)
        if !hasBegun {
            try await sink.begin(reader.info)
            hasBegun = true
        }
        var counts = taken
        var events: [RunEvent] = []
        for journal in reader.content.journals {
            let records = journal.content.records
            for record in records.dropFirst(taken[journal.writer] ?? 0) {
                if let event = event(of: record, in: reader) { events.append(event) }
            }
            counts[journal.writer] = records.count
        }
        if !events.isEmpty { try await sink.write(events, of: reader.info) }
        taken = counts
        if reader.status == .running { return true }
        try await sink.end(reader.info, status: reader.status, ended: reader.ended)
        hasEnded = true
        return false
    }

    /// Updates the sink every so often until the run has ended.
    ///
    /// - Throws: ``RunError``, what the sink throws, and `CancellationError` where the task is cancelled.
    public func follow(every pause: Duration = .seconds(5)) async throws {
        while try await update() { try await Task.sleep(for: pause) }
    }

    private func event(of record: JournalRecord, in reader: RunReader) -> RunEvent? {
        switch record {
        case .opened, .closed: nil
        // Readers of event files take parameters and tags as a whole.
        case .parameters: .parameters(reader.parameters)
        case .tags: .tags(reader.tags)
        case .artifact(let artifact): .artifact(artifact, file: reader.file(of: artifact))
        case .lineage: reader.lineage.map { .lineage($0) }
        case .points(let points): .points(metric: points.name, points.points)
        case .histogram(let histogram): .histogram(histogram)
        }
    }
}
