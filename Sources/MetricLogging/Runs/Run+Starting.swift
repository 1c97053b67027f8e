// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import RunLineage

extension Run {
    /// Starts a new run; it stands on the disk when the call returns.
    ///
    /// - Parameters:
    ///   - name: What people call the run; several runs may share it.
    ///   - experiment: What the run belongs to: ASCII letters, digits and `-_.`, as it becomes a folder.
    ///   - folder: The folder of all runs; it need not exist.
    ///   - lineage: What makes the run's results, such as `.capture(parameters: parameters.digest)`.
    ///   - options: How the run writes.
    /// - Throws: ``RunError``
    public static func start(
        _ name: String, experiment: String, in folder: String, lineage: LineageRecord = LineageRecord(),
        options: RunOptions = RunOptions()
    ) throws -> Run {
        try RunFolder.check(experiment: experiment)
        guard !name.isEmpty, name.utf8.count <= 250 else {
            throw RunError(.invalidName, "the run's name must hold 1 to 250 bytes", path: folder)
        }
        let parent = RunFolder.withoutSlash(folder) + "/" + experiment
        try DurableFiles.makeFolders(parent)
        let info = RunInfo(
            experiment: experiment, id: RunFolder.makeID(), name: name, startMicroseconds: DurableFiles.now())
        let place = parent + "/" + info.id
        try DurableFiles.makeFolders(RunFolder.journals(of: place))
        try DurableFiles.makeFolder(place + "/artifacts")
        let run = try Run(
            info: info, folder: place, lineage: lineage, earlier: nil, supersedes: [], options: options)
        try run.record(lineage)
        // The name comes last: a crash before it leaves a folder that no reader takes for a run.
        try RunFolder.write(info, of: place)
        return run
    }

    /// Goes on with a run whose process died or that ended.
    ///
    /// What it had logged stays; a torn end of its journals is cut off.
    ///
    /// - Parameters:
    ///   - run: The identity of the run, or the name of the newest one so called.
    ///   - experiment: The experiment of the run; nil looks through all.
    ///   - folder: The folder of all runs.
    ///   - options: How the run writes; ``RunOptions/StepPolicy/newAttempt`` suits a training that goes back to a
    ///     checkpoint.
    /// - Throws: ``RunError`` with the code `notFound`, or `running` where a living process writes the run.
    public static func resume(
        _ run: String, experiment: String? = nil, in folder: String, options: RunOptions = RunOptions()
    ) throws -> Run {
        let reader = try RunFolder(folder).find(run, experiment: experiment)
        for journal in reader.content.journals {
            guard !journal.isAlive else {
                throw RunError(
                    .running,
                    "the process \(journal.process) on \(journal.host) writes the run; join it, or wait",
                    path: reader.folder)
            }
            try journal.cutTornEnd()
        }
        let supersedes = reader.content.journals.map(\.writer)
        let resumed = try Run(
            info: reader.info, folder: reader.folder, lineage: reader.lineage ?? LineageRecord(),
            earlier: reader.content, supersedes: supersedes, options: options)
        return resumed
    }

    /// Writes a run beside the process that started it, as one of several workers; each ends its own part.
    ///
    /// - Parameters:
    ///   - run: The identity of the run, or the name of the newest one so called.
    ///   - experiment: The experiment of the run; nil looks through all.
    ///   - folder: The folder of all runs.
    ///   - options: How this process writes.
    /// - Throws: ``RunError`` with the code `notFound`.
    public static func join(
        _ run: String, experiment: String? = nil, in folder: String, options: RunOptions = RunOptions()
    ) throws -> Run {
        let reader = try RunFolder(folder).find(run, experiment: experiment)
        return try Run(
            info: reader.info, folder: reader.folder, lineage: reader.lineage ?? LineageRecord(),
            earlier: nil, supersedes: [], options: options)
    }
}
