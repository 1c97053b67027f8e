// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

extension DataContract {
    /// Checks a table, and finds everything that is wrong with it, not only the first.
    public func check(_ table: Table) -> ContractReport {
        var findings: [ContractProblem] = []
        if let low = minimumRows, table.rowCount < low {
            findings.append(rowCountProblem(table.rowCount, "at least \(low)"))
        }
        if let high = maximumRows, table.rowCount > high {
            findings.append(rowCountProblem(table.rowCount, "at most \(high)"))
        }
        for rule in columns {
            if let column = table.column(rule.name) {
                findings += ColumnCheck(rule: rule, column: column).findings()
            } else if rule.isRequired {
                findings.append(
                    ContractProblem(
                        code: .missingColumn, column: rule.name, row: nil, rowCount: table.rowCount,
                        message: "column '\(rule.name)' is missing", isBreach: true))
            }
        }
        for column in table.columns where self[column.name] == nil && !allowsOtherColumns {
            let near = Spelling.nearest(
                to: column.name, among: columns.map(\.name).filter { table.column($0) == nil })
            findings.append(
                ContractProblem(
                    code: .newColumn, column: column.name, row: nil, rowCount: table.rowCount,
                    message: "column '\(column.name)' is new" + (near.map { "; was '\($0)' renamed?" } ?? ""),
                    isBreach: true))
        }
        return ContractReport(findings: findings)
    }

    private func rowCountProblem(_ count: Int, _ bound: String) -> ContractProblem {
        ContractProblem(
            code: .rowCount, column: nil, row: nil, rowCount: count,
            message: "the table has \(count) rows; \(bound) are expected", isBreach: true)
    }
}

/// Checks one column against its rule.
private struct ColumnCheck {
    let rule: ColumnRule
    let column: Column

    func findings() -> [ContractProblem] {
        var findings: [ContractProblem] = []
        if let problem = missing() { findings.append(problem) }
        guard column.missingCount < column.count else { return findings }
        if let problem = changedType() { return findings + [problem] }
        findings += [outOfRange(), notFinite(), unknownValue(), duplicate()].compactMap { $0 }
        return findings
    }

    private func problem(
        _ code: ContractProblem.Code, row: Int?, count: Int, _ message: String, isBreach: Bool = true
    ) -> ContractProblem {
        ContractProblem(
            code: code, column: rule.name, row: row.map { $0 + 1 }, rowCount: count,
            message: "column '\(rule.name)' " + message, isBreach: isBreach)
    }

    private func missing() -> ContractProblem? {
        guard column.count > 0 else { return nil }
        let rate = Double(column.missingCount) / Double(column.count)
        guard rate > rule.maximumMissingRate else { return nil }
        let before = rule.inferredMissingRate.map { "\(share($0)) -> " } ?? ""
        let first = column.missing.first ?? 0
        return problem(
            .tooManyMissing, row: first, count: column.missingCount,
            "null rate \(before)\(share(rate)) (at most \(share(rule.maximumMissingRate))), row \(first + 1) first"
        )
    }

    private func changedType() -> ContractProblem? {
        if column.type == rule.type || (rule.type == .double && column.type == .integer) { return nil }
        let culprits = (0..<column.count).filter { !column.missing[$0] && !reads(column[$0], as: rule.type) }
        let row = culprits.first ?? (0..<column.count).first { !column.missing[$0] } ?? 0
        let value = quoted(column[row].description)
        let change = "changed its type from \(rule.type.rawValue) to \(column.type.rawValue)"
        // Every single value may still read as the old type, as "5" reads as a string.
        guard !culprits.isEmpty else {
            return problem(
                .changedType, row: row, count: column.count, change + ": \(value) in row \(row + 1) first")
        }
        return problem(
            .changedType, row: row, count: culprits.count,
            change + ": \(value) in row \(row + 1) is not \(rule.type.noun)" + more(culprits.count))
    }

    private func reads(_ value: ColumnValue, as type: ColumnType) -> Bool {
        let text = Array(value.description.utf8)
        return switch type {
        case .integer: NumberText.integer(text.span, 0..<text.count, strict: false) != nil
        case .double: NumberText.double(text.span, 0..<text.count, strict: false) != nil
        case .boolean: ["true", "false"].contains(value.description.lowercased())
        case .string: true
        case .timestamp: Timestamp.parse(text.span, 0..<text.count) != nil
        }
    }

    private func outOfRange() -> ContractProblem? {
        guard rule.minimum != nil || rule.maximum != nil, let values = try? column.doubles else { return nil }
        let low = rule.minimum ?? -.infinity
        let high = rule.maximum ?? .infinity
        let rows = values.indices.filter { values[$0] < low || values[$0] > high }
        guard let row = rows.first else { return nil }
        let bound =
            values[row] < low
            ? "below the smallest \(ColumnProfile.text(of: low))"
            : "above the largest \(ColumnProfile.text(of: high))"
        return problem(
            .outOfRange, row: row, count: rows.count,
            "holds \(column[row]) in row \(row + 1), \(bound)" + more(rows.count))
    }

    private func notFinite() -> ContractProblem? {
        guard !rule.allowsNonFinite, column.type == .double, let values = try? column.doubles else {
            return nil
        }
        let rows = values.indices.filter { !column.missing[$0] && !values[$0].isFinite }
        guard let row = rows.first else { return nil }
        return problem(
            .notFinite, row: row, count: rows.count,
            "holds \(values[row]) in row \(row + 1), which is not finite" + more(rows.count))
    }

    private func unknownValue() -> ContractProblem? {
        guard let values = rule.values, column.type == .string else { return nil }
        let known = Set(values)
        let isKnown = column.categories.map(known.contains)
        let codes = column.codes
        let rows = codes.indices.filter { codes[$0] >= 0 && !isKnown[Int(codes[$0])] }
        guard let row = rows.first else { return nil }
        let text = column[row].description
        let near = Spelling.nearest(to: text, among: values).map { "; did it mean \(quoted($0))?" } ?? ""
        let rate = Double(rows.count) / Double(column.count)
        return problem(
            .unknownValue, row: row, count: rows.count,
            "holds \(quoted(text)) in row \(row + 1), which is not one of the \(values.count) known values"
                + more(rows.count) + near, isBreach: rate > rule.maximumUnknownRate)
    }

    private func duplicate() -> ContractProblem? {
        guard rule.isUnique else { return nil }
        var first: [ColumnValue: Int] = [:]
        var repeated = 0
        var example: (Int, Int)?
        for row in 0..<column.count where !column.missing[row] {
            let value = column[row]
            if let earlier = first[value] {
                repeated += 1
                if example == nil { example = (earlier, row) }
            } else {
                first[value] = row
            }
        }
        return example.map { earlier, row in
            problem(
                .duplicate, row: row, count: repeated,
                "holds \(quoted(column[row].description)) in row \(earlier + 1) and again in row \(row + 1)"
                    + more(repeated))
        }
    }

    private func quoted(_ text: String) -> String {
        "'" + (text.count > 60 ? text.prefix(60) + "…" : text) + "'"
    }

    private func more(_ count: Int) -> String { count > 1 ? " (\(count) rows)" : "" }

    /// A share with two digits after the point, more where these would hide it.
    private func share(_ rate: Double) -> String {
        let scale = rate > 0 && rate < 0.01 ? 10_000.0 : 100
        return ((rate * scale).rounded() / scale).description
    }
}
