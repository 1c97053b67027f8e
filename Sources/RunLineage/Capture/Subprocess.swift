// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs a program and reads what it prints, without the Process class of full Foundation.
enum Subprocess {
    /// The standard output of a program that is found on the path; nil where it cannot be started, fails, or where
    /// the platform lets no program start another.
    static func output(of arguments: [String]) -> [UInt8]? {
        #if os(Linux) || os(macOS)
            return runToEnd(arguments)
        #else
            return nil
        #endif
    }

    #if os(Linux) || os(macOS)
        private static func runToEnd(_ arguments: [String]) -> [UInt8]? {
            var ends: [Int32] = [-1, -1]
            guard unsafe pipe(&ends) == 0 else { return nil }
            // Another thread that starts a program must not hand it our end, or the pipe never closes.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            let output = InputFile(descriptor: ends[0])
            let process = start(arguments, output: ends[1])
            _ = close(ends[1])
            guard let process else { return nil }
            var bytes: [UInt8] = []
            var isWhole = false
            while let piece = output.next(upTo: 1 << 16) {
                isWhole = piece.isEmpty
                if isWhole { break }
                bytes += piece
            }
            var status: Int32 = 0
            while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
            return isWhole && status == 0 ? bytes : nil
        }

        /// Starts a program with no input and its errors thrown away.
        private static func start(_ arguments: [String], output: Int32) -> pid_t? {
            guard let program = arguments.first else { return nil }
            // The actions and the argument strings live until posix_spawnp, which copies them, has returned.
            #if os(macOS)
                var actions: posix_spawn_file_actions_t?
            #else
                var actions = unsafe posix_spawn_file_actions_t()
            #endif
            guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return nil }
            defer { unsafe posix_spawn_file_actions_destroy(&actions) }
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
            unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            var strings: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
            unsafe strings.append(nil)
            defer { unsafe strings.forEach { unsafe free($0) } }
            var process: pid_t = 0
            let result = unsafe posix_spawnp(&process, program, &actions, nil, strings, environ)
            return result == 0 ? process : nil
        }
    #endif
}
