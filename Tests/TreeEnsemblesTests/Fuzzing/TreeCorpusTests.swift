// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The fuzzers' inputs, and damaged copies of them, give errors or models that score the same in every way.
@Suite struct TreeCorpusTests {
    @Test(arguments: TreeReaders.names)
    func hasSeeds(_ reader: String) {
        #expect(CorpusFile.files(of: [reader]).count >= 3)
    }

    @Test(arguments: CorpusFile.files(of: TreeReaders.names))
    func isReadSafely(_ file: CorpusFile) throws {
        try ByteDamage.forEachCopy(of: file.bytes(), count: 24) { bytes in
            #expect(TreeReaders.fault(in: bytes) == nil)
        }
    }
    @Test(arguments: CorpusFile.files(of: TreeReaders.names))
    func itsCompactFormIsReadSafely(_ file: CorpusFile) throws {
        guard let compact = TreeReaders.compactForm(of: try file.bytes()) else { return }
        ByteDamage.forEachCopy(of: compact, count: 24) { bytes in
            #expect(TreeReaders.fault(in: bytes) == nil)
        }
    }
}
