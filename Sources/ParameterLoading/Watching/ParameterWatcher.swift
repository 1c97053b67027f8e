// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// Parameters as they were at one moment; a service reads its settings from one for the length of a request.
@dynamicMemberLookup
public final class ParameterSnapshot<Value: Sendable>: Sendable {
    /// The parameters with their origins and digest.
    public let parameters: Parameters<Value>
    /// How often the parameters had changed: 0 for the first snapshot.
    public let generation: Int

    init(_ parameters: Parameters<Value>, generation: Int) {
        self.parameters = parameters
        self.generation = generation
    }

    /// A property of the value.
    public subscript<Member>(dynamicMember keyPath: KeyPath<Value, Member>) -> Member {
        parameters.value[keyPath: keyPath]
    }
}

/// Parameters that follow their sources while a program runs.
///
/// Every snapshot was read whole, decoded and checked; while the sources are invalid the last good snapshot stays.
/// ``current`` takes no lock and allocates nothing, so a service may read it for every request.
public final class ParameterWatcher<Value: Decodable & Sendable>: Sendable {
    private let sources: [ParameterSource]
    private let options: ParameterOptions
    private let cell: SnapshotCell<ParameterSnapshot<Value>>

    /// Loads the first snapshot.
    ///
    /// - Throws: ``ParameterError`` with every problem found.
    public init(
        _ type: Value.Type, from sources: ParameterSource..., options: ParameterOptions = .init()
    ) throws {
        self.sources = sources
        self.options = options
        cell = SnapshotCell(
            ParameterSnapshot(try Parameters.load(type, from: sources, options: options), generation: 0))
    }

    /// The latest snapshot.
    public var current: ParameterSnapshot<Value> { cell.load() }

    /// Reads the sources and offers a new snapshot if they changed.
    ///
    /// A file that is being written in place can look complete when it is not. So what was read counts only if a
    /// second reading, a moment later, gives the same. Writers that replace files by renaming need no such moment.
    ///
    /// - Parameter settling: The moment between the two readings.
    /// - Returns: The new snapshot; nil where nothing changed, or where the sources are still changing.
    /// - Throws: ``ParameterError`` where the sources are invalid in both readings; the last snapshot stays.
    @discardableResult
    public func reload(settling: Duration = .milliseconds(100)) async throws -> ParameterSnapshot<Value>? {
        let first = Result { try Parameters.load(Value.self, from: sources, options: options) }
        let before = current
        if case .success(let parameters) = first, parameters.isSame(as: before.parameters) { return nil }
        try await Task.sleep(for: settling)
        let second = Result { try Parameters.load(Value.self, from: sources, options: options) }
        switch (first, second) {
        case (.success(let one), .success(let two)):
            guard one.isSame(as: two) else { return nil }
            let snapshot = ParameterSnapshot(two, generation: before.generation + 1)
            cell.store(snapshot)
            return snapshot
        case (.failure, .failure(let error)): throw error
        default: return nil
        }
    }

    /// Follows the sources until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: How long to wait between two looks.
    ///   - onChange: Called with each new snapshot, after ``current`` gives it.
    ///   - onProblem: Called when the sources become invalid, and again when what is wrong with them changes.
    public func follow(
        every interval: Duration = .seconds(1),
        onChange: @Sendable (ParameterSnapshot<Value>) -> Void = { _ in },
        onProblem: @Sendable (ParameterError) -> Void = { _ in }
    ) async {
        var known: [ParameterProblem] = []
        while !Task.isCancelled {
            do {
                if let snapshot = try await reload() { onChange(snapshot) }
                known = []
            } catch let error as ParameterError {
                if error.problems != known { onProblem(error) }
                known = error.problems
            } catch { return }
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }
}

extension Parameters {
    /// Whether both were made of the same values, secrets included, from the same places.
    fileprivate func isSame(as other: Parameters) -> Bool {
        digest == other.digest && resolution.contentDigest == other.resolution.contentDigest
    }
}

extension Resolution {
    /// A digest of the merged values with their secrets; it never leaves this process.
    fileprivate var contentDigest: Digest { Digest(of: JSONText.text(of: root)) }
}
