// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import TableReading

/// A month of flights with the weather at departure: what the models see, and what became of the flights.
struct Flights {
    /// The features that people book by.
    static let categories = ["carrier", "origin", "dest"]
    /// The features that the schedule gives.
    static let schedule = ["month", "day", "sched_dep_time", "sched_arr_time", "hour", "distance"]
    /// The features that the weather gives.
    static let weather = [
        "temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib",
    ]
    private static let place = ["origin", "time_hour"]

    /// The month, as `2013-06`.
    let month: String
    /// The file as it was read.
    let table: Table
    /// The features, a column each, in the order in which the models were trained.
    let features: Table
    /// Minutes of delay at arrival; NaN where the flight never arrived.
    let delays: [Double]

    /// Joins each flight with the weather of its hour at its airport; where there is none, the weather is missing.
    ///
    /// - Throws: `TableError` where a column is missing or of another type.
    init(month: String, table: Table, weather: Table) throws {
        self.month = month
        self.table = table
        delays = try table["arr_delay"].doubles
        features = try table.joined(
            with: weather.selecting(Flights.place + Flights.weather), on: Flights.place
        )
        .selecting(Flights.categories + Flights.schedule + Flights.weather)
    }
}
