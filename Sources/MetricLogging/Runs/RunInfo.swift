// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a run is called and when it began; it never changes.
public struct RunInfo: Hashable, Sendable, Codable {
    /// The version of the format of the run's folder.
    public static let currentFormat = 1

    /// The version of the format of the run's folder.
    public let format: Int
    /// The experiment the run belongs to.
    public let experiment: String
    /// The identity: it sorts by the time of the start and stands for one run only.
    public let id: String
    /// The name, which several runs may share.
    public let name: String
    /// When the run began, in microseconds since 1970.
    public let startMicroseconds: Int64

    private enum CodingKeys: String, CodingKey {
        case format, experiment, id, name
        case startMicroseconds = "started"
    }

    /// Describes a run.
    public init(experiment: String, id: String, name: String, startMicroseconds: Int64) {
        format = RunInfo.currentFormat
        self.experiment = experiment
        self.id = id
        self.name = name
        self.startMicroseconds = startMicroseconds
    }

    /// When the run began.
    public var started: Date { Date(timeIntervalSince1970: Double(startMicroseconds) / 1e6) }
}

/// How a run stands.
public enum RunStatus: Hashable, Sendable {
    /// A living process writes it.
    case running
    /// It ended well.
    case finished
    /// It ended with a failure that it told.
    case failed(reason: String?)
    /// Its process died without a word.
    case lost
}

extension RunStatus: CustomStringConvertible {
    /// One word, without the reason.
    public var description: String {
        switch self {
        case .running: "running"
        case .finished: "finished"
        case .failed: "failed"
        case .lost: "lost"
        }
    }
}
