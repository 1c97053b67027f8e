// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// The kernels that a model can be laid out for; a program takes the best that the processor can run.
package enum KernelChoice: String, CaseIterable, Sendable {
    /// Node by node, without any fast form.
    case reference
    /// Swift without C, the same on every processor.
    case swift
    case neon
    case avx2
    case avx512

    /// The number that the forms and the C kernels know it by, or nil for none.
    var level: Int? {
        switch self {
        case .reference: nil
        case .swift: 0
        case .neon, .avx2: 1
        case .avx512: 2
        }
    }

    /// What this processor can run.
    package static var available: [KernelChoice] {
        #if arch(arm64)
            let vectors = [KernelChoice.neon]
        #else
            let vectors = [KernelChoice.avx2, .avx512]
        #endif
        return [.reference, .swift] + vectors.prefix(Int(tree_kernel_level()))
    }
}

extension TreeEnsemble {
    /// Reads a model file and lays it out for certain kernels, to measure and to compare them.
    package init(contentsOf path: String, kernel: KernelChoice) throws(TreeEnsembleError) {
        self.init(try Ensemble.read(path: path), level: kernel.level)
    }
}
