// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A value of a metric at a step and a time.
public struct MetricPoint: Hashable, Sendable {
    /// The step.
    public let step: Int
    /// When it was logged, in microseconds since 1970.
    public let microseconds: Int64
    /// The value; a NaN or an infinity is kept as it is.
    public let value: Double

    /// Makes a point.
    public init(step: Int, microseconds: Int64, value: Double) {
        self.step = step
        self.microseconds = microseconds
        self.value = value
    }

    /// When it was logged.
    public var time: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6) }
}
