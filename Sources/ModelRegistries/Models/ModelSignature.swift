// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a model takes and gives, by name.
public struct ModelSignature: Hashable, Sendable, Codable {
    /// An input or an output.
    public struct Field: Hashable, Sendable, Codable {
        /// The name.
        public var name: String
        /// The kind of its values, such as `float`, `integer` or `category`.
        public var kind: String

        /// Describes a field.
        public init(name: String, kind: String) {
            self.name = name
            self.kind = kind
        }
    }

    /// The inputs in their order.
    public var inputs: [Field]
    /// The outputs in their order.
    public var outputs: [Field]

    /// Describes a signature.
    public init(inputs: [Field], outputs: [Field]) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Describes a signature whose inputs are all of one kind.
    public init(inputs: [String], outputs: [String] = ["score"], kind: String = "float") {
        self.init(
            inputs: inputs.map { Field(name: $0, kind: kind) },
            outputs: outputs.map { Field(name: $0, kind: kind) })
    }

    /// Why whoever calls a model with the old signature cannot call one with this; empty where they can.
    ///
    /// A new model may leave out inputs and take them in another order, as callers name them. It may not want an input
    /// that callers do not send, nor another kind of it, nor give other outputs.
    public func breaks(with old: ModelSignature) -> [String] {
        let sent = Dictionary(old.inputs.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
        var breaks: [String] = []
        for field in inputs {
            if let kind = sent[field.name] {
                if kind != field.kind {
                    breaks.append("the input '\(field.name)' is \(field.kind), callers send \(kind)")
                }
            } else {
                breaks.append("the input '\(field.name)' is new, callers do not send it")
            }
        }
        if outputs != old.outputs {
            let texts = [old.outputs, outputs].map {
                $0.map { "\($0.name): \($0.kind)" }.joined(separator: ", ")
            }
            breaks.append("the outputs change from [\(texts[0])] to [\(texts[1])]")
        }
        return breaks
    }
}
