// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The fuzzers' inputs, and damaged copies of them, are read or refused: nothing traps, and what is read holds together.
@Suite struct DatasetCorpusTests {
    @Test(arguments: DatasetReaders.names)
    func hasSeeds(_ reader: String) {
        #expect(CorpusFile.files(of: [reader]).count >= 2)
    }

    @Test(arguments: CorpusFile.files(of: DatasetReaders.names))
    func isReadSafely(_ file: CorpusFile) throws {
        try ByteDamage.forEachCopy(of: file.bytes(), count: 60) { bytes in
            #expect(DatasetReaders.fault(in: bytes, of: file.reader) == nil)
        }
    }
}
