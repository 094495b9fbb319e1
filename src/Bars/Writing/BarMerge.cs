using System.Collections.Immutable;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Schema.Binding;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bars.Writing;

/// <summary>Storing bars that differ: one statement, rows in the order symbol, timeframe, time, equal rows untouched.</summary>
public static class BarMerge
{
    /// <summary>The statement for these rows, to be executed alone or in a batch; its one value is read by
    /// <see cref="Outcomes"/>.</summary>
    /// <param name="connection">The one that it will run on: what its database's columns can't hold exactly is given, and compared, as they
    /// hold it.</param>
    /// <param name="table">Where to.</param>
    /// <param name="rows">No bar twice.</param>
    /// <param name="source">The source they are stored under.</param>
    /// <param name="replaceOtherSources">Whether they take the place of other sources' rows.</param>
    /// <param name="ignoreCompleteness">Whether they take the place of rows made from fuller inputs.</param>
    /// <param name="replaceSampled">Whether an index's bars take the place of bars with the same close that were sampled elsewhere.</param>
    public static NpgsqlBatchCommand Command(
        NpgsqlConnection connection,
        BarTable table,
        IReadOnlyList<BarRow> rows,
        string source,
        bool replaceOtherSources = false,
        bool ignoreCompleteness = false,
        bool replaceSampled = false
    )
    {
        var command = new NpgsqlBatchCommand(table.Merge);
        var parameters = command.Parameters;
        rows = rows.AsStored(connection, table);
        AddBars(parameters, rows);
        Add(parameters, rows, NpgsqlDbType.Text, row => row.Raw);
        Add(parameters, rows, NpgsqlDbType.Integer, row => row.Completeness);
        parameters.With(HostBindings.Of(connection)[table.Name].Source(source));
        parameters.With(replaceOtherSources).With(ignoreCompleteness).With(replaceSampled);
        return command;
    }

    /// <summary>The statement that inserts these rows of <c>data_bars</c> where nothing stands, and returns the keys of those it
    /// did.</summary>
    internal static NpgsqlBatchCommand Insert(NpgsqlConnection connection, IReadOnlyList<BarRow> rows, string source)
    {
        var command = new NpgsqlBatchCommand(Sql.Statement("insert_data_bars"));
        AddBars(command.Parameters, rows.AsStored(connection, BarTable.Data));
        command.Parameters.With(source);
        return command;
    }

    static void AddBars(NpgsqlParameterCollection parameters, IReadOnlyList<BarRow> rows)
    {
        Add(parameters, rows, NpgsqlDbType.Text, row => row.Bar.Symbol.Name);
        Add(parameters, rows, NpgsqlDbType.Text, row => row.Bar.Timeframe.ToString());
        Add(parameters, rows, NpgsqlDbType.TimestampTz, row => row.Bar.Time.ToDateTime());
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.Open);
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.High);
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.Low);
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.Close);
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.Volume);
        Add(parameters, rows, NpgsqlDbType.Numeric, row => row.Bar.Vwap);
        Add(parameters, rows, NpgsqlDbType.Integer, row => row.Bar.TradeCount);
        Add(parameters, rows, NpgsqlDbType.Boolean, row => row.Bar.IsPartial);
    }

    /// <summary>Reads the letters the statement returns, one a row in the rows' order.</summary>
    public static ImmutableArray<BarOutcome> Outcomes(string letters) =>
        [
            .. letters.Select(letter =>
                letter switch
                {
                    'n' => BarOutcome.New,
                    'c' => BarOutcome.Changed,
                    'e' => BarOutcome.Equal,
                    'k' => BarOutcome.OtherSource,
                    'g' => BarOutcome.InputsGone,
                    's' => BarOutcome.Sampled,
                    'd' => BarOutcome.Deleted,
                    'r' => BarOutcome.Refused,
                    _ => throw new InvalidOperationException($"The merge statement returned the letter '{letter}'."),
                }
            ),
        ];

    static void Add<T>(NpgsqlParameterCollection parameters, IReadOnlyList<BarRow> rows, NpgsqlDbType type, Func<BarRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        parameters.With(values, NpgsqlDbType.Array | type);
    }
}
