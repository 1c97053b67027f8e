// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which points of a sweep are done, so that a sweep that was interrupted goes on where it stopped.
///
/// A folder holds one small file for each finished point, written whole or not at all; several processes and machines
/// may share it. A point counts as done only for the base it was run on, so that changed parameters run again.
public struct SweepProgress: Sendable {
    private let folder: String
    private let base: Digest?

    private struct Record: Codable {
        var id: String
        var overrides: [String]
        var base: Digest?
        var result: [String: Double]
    }

    /// Opens a folder, making it where it is missing.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - base: What all points share, such as the digest of the parameters without overrides.
    /// - Throws: ``ParameterError`` where the folder cannot be made.
    public init(in folder: String, base: Digest? = nil) throws {
        self.folder = folder
        self.base = base
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ParameterError([
                ParameterProblem(.unreadable, "the folder '\(folder)' cannot be made: \(error)")
            ])
        }
    }

    private func path(_ id: String) -> String { folder + (folder.hasSuffix("/") ? "" : "/") + id + ".json" }

    private func record(_ id: String) -> Record? {
        guard let data = try? Data(contentsOf: URL(filePath: path(id))),
            let record = try? CanonicalJSON.decode(Record.self, from: Array(data)), record.id == id
        else { return nil }
        return record.base == base ? record : nil
    }

    /// The points that are not done, in their order.
    public func remaining(of points: [SweepPoint]) -> [SweepPoint] { points.filter { record($0.id) == nil } }

    /// What was recorded for a point; nil as long as it is not done.
    public func result(of point: SweepPoint) -> [String: Double]? { record(point.id)?.result }

    /// Records that a point is done.
    ///
    /// - Parameters:
    ///   - point: The point.
    ///   - result: What the run reached, such as `["auc": 0.71]`.
    /// - Throws: ``ParameterError`` where the record cannot be written; the point is not done then.
    public func finish(_ point: SweepPoint, result: [String: Double] = [:]) throws {
        do {
            let record = Record(id: point.id, overrides: point.overrides, base: base, result: result)
            try Data(CanonicalJSON.encode(record)).write(to: URL(filePath: path(point.id)), options: .atomic)
        } catch {
            throw ParameterError([
                ParameterProblem(.unreadable, "'\(path(point.id))' cannot be written: \(error)")
            ])
        }
    }
}
