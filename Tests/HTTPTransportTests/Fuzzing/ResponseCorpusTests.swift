// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The fuzzers' inputs, and damaged copies of them, are read or refused: nothing traps, and what is read holds together.
@Suite struct ResponseCorpusTests {
    @Test(arguments: ResponseReaders.names)
    func hasSeeds(_ reader: String) {
        #expect(CorpusFile.files(of: [reader]).count >= 2)
    }

    @Test(arguments: CorpusFile.files(of: ResponseReaders.names))
    func isReadSafely(_ file: CorpusFile) throws {
        try ByteDamage.forEachCopy(of: file.bytes(), count: 60) { bytes in
            #expect(ResponseReaders.fault(in: bytes) == nil)
        }
    }
}
