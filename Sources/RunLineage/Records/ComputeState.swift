// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The machine a program ran on: it explains time and cost, and results should not depend on it.
public struct ComputeState: Hashable, Sendable, Codable {
    /// The name of the host.
    public var host: String?
    /// The processor's model.
    public var processor: String?
    /// How many processors the program may use.
    public var processors: Int?
    /// The memory in bytes.
    public var memory: Int?
    /// The accelerators with their drivers, as the caller names them.
    public var accelerators: [String]?

    /// Describes a machine; what is nil was not recorded.
    public init(
        host: String? = nil, processor: String? = nil, processors: Int? = nil, memory: Int? = nil,
        accelerators: [String]? = nil
    ) {
        self.host = host
        self.processor = processor
        self.processors = processors
        self.memory = memory
        self.accelerators = accelerators
    }
}
