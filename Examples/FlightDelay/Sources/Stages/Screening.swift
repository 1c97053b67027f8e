// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import Foundation
import TableReading

/// The check of every month against the contract inferred from the reference month.
struct Screening {
    let contract: DataContract

    /// Infers the contract.
    init(reference: Flights) throws {
        contract = try DataContract.infer(from: reference.table)
    }

    /// What is worth a look in a month that keeps the contract.
    ///
    /// - Throws: The report, where the month breaks it.
    func notes(on flights: Flights) throws -> [String] {
        let report = contract.check(flights.table)
        guard report.passes else { throw report }
        return report.notes.map(\.message)
    }

    /// Why each of four damaged copies of a month is refused.
    func refusals(of flights: Flights) throws -> [Summary.Refusal] {
        try Damage.allCases.map { damage in
            let report = contract.check(try damage.applied(to: flights.table))
            return Summary.Refusal(damage: damage.rawValue, reasons: report.problems.map(\.message))
        }
    }

    /// What happens to files on their way to a model.
    enum Damage: String, CaseIterable {
        case addedColumn = "a column was added"
        case droppedColumn = "a column was dropped"
        case changedType = "a column changed its type"
        case nullSurge = "a column lost its values from row 20,000 on"

        /// The table with this damage.
        func applied(to table: Table) throws -> Table {
            switch self {
            case .addedColumn:
                return try table.adding(Column("gate", integers: (0..<table.rowCount).map { Int64($0 % 40) }))
            case .droppedColumn:
                return table.removing(["dest"])
            case .changedType:
                var texts = try table["distance"].strings
                texts[117] = "abc"
                return try replacing(Column("distance", strings: texts), in: table)
            case .nullSurge:
                let texts = try table["tailnum"].strings
                return try replacing(
                    Column(
                        "tailnum", strings: texts.enumerated().map { $0.offset < 20_000 ? $0.element : nil }),
                    in: table)
            }
        }

        private func replacing(_ column: Column, in table: Table) throws -> Table {
            try Table(table.columns.map { $0.name == column.name ? column : $0 })
        }
    }
}
