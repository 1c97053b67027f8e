// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

/// What a program ran in: whatever may change a result without any change of code, data or parameters.
public struct EnvironmentState: Hashable, Sendable, Codable {
    /// The operating system and its version, such as `Debian GNU/Linux 13 (trixie)`.
    public var system: String?
    /// The kernel's name and release, such as `Linux 6.12.0`.
    public var kernel: String?
    /// The architecture the program was compiled for, such as `x86_64`.
    public var architecture: String?
    /// The version of the Swift compiler, such as `6.3`.
    public var swift: String?
    /// Whether the program was compiled with optimisation: `release` or `debug`.
    public var configuration: String?
    /// The instruction sets of the processor that may choose another path through numeric code, sorted.
    public var processorFeatures: [String]?
    /// The values of the environment variables that were asked for, without those that are not set.
    public var variables: [String: String]?
    /// The locale by the usual variables, such as `C.UTF-8`.
    public var locale: String?
    /// The time zone, such as `Europe/Paris`.
    public var timeZone: String?
    /// How many threads the run used or may use.
    public var threads: Int?
    /// The digest of the program's file.
    public var executable: Digest?

    /// Describes an environment; what is nil was not recorded.
    public init(
        system: String? = nil, kernel: String? = nil, architecture: String? = nil, swift: String? = nil,
        configuration: String? = nil, processorFeatures: [String]? = nil, variables: [String: String]? = nil,
        locale: String? = nil, timeZone: String? = nil, threads: Int? = nil, executable: Digest? = nil
    ) {
        self.system = system
        self.kernel = kernel
        self.architecture = architecture
        self.swift = swift
        self.configuration = configuration
        self.processorFeatures = processorFeatures
        self.variables = variables
        self.locale = locale
        self.timeZone = timeZone
        self.threads = threads
        self.executable = executable
    }
}
