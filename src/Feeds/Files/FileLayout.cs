using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>A format as one file has it: which column holds what, what parts them, and what the header says of the zone.</summary>
sealed class FileLayout
{
    const int Absent = -1;
    static readonly int Kinds = Enum.GetValues<BarColumn>().Length;

    readonly int[] _at = new int[Kinds];
    readonly bool _isTable;
    TableCells? _table;
    DateTime? _day;

    FileLayout(BarFileFormat format, byte delimiter, int columns, bool hasHeader)
    {
        (Format, Delimiter, Columns, HasHeader) = (format, delimiter, columns, hasHeader);
        Array.Fill(_at, Absent);
        _isTable = format.VolumeMayBeUnknown;
    }

    public BarFileFormat Format { get; }

    public byte Delimiter { get; }

    public int Columns { get; }

    /// <summary>Whether the file's first line names its columns.</summary>
    public bool HasHeader { get; }

    /// <summary>The zone that the header names for the times below it.</summary>
    public FileZone? HeaderZone { get; private set; }

    /// <summary>Whether a row has the prices of both sides of the market.</summary>
    public bool IsTwoSided => Has(BarColumn.BidOpen) ? Has(BarColumn.AskOpen) : Has(BarColumn.Bid) && Has(BarColumn.Ask);

    /// <summary>Whether a row is one quote, so that a bar is made of many.</summary>
    public bool IsTicks => Has(BarColumn.Tick) || (Has(BarColumn.Bid) && Has(BarColumn.Ask));

    /// <summary>Whether the day of its times has to be said by the file's name, and isn't.</summary>
    public bool LacksDay => (Format.Times & TimeSpellings.OfDay) != 0 && _day is null;

    public bool NamesSymbol => _at[(int)BarColumn.Symbol] >= 0;

    public bool NamesTimeframe => _at[(int)BarColumn.Timeframe] >= 0;

    /// <summary>Where a column stands in a row, below 0 where it isn't there.</summary>
    public int this[BarColumn column] => _at[(int)column];

    /// <summary>Where the symbol stands in a row.</summary>
    public int SymbolAt => _at[(int)BarColumn.Symbol];

    /// <summary>The layout of a file that begins with this line, if it is of this format.</summary>
    public static FileLayout? Recognise(BarFileFormat format, ReadOnlySpan<byte> firstLine)
    {
        var row = new RowFields();
        foreach (var delimiter in format.Delimiters)
        {
            row.Split(firstLine, (byte)delimiter);
            if ((format.Names.IsEmpty ? WithoutHeader(format, row, (byte)delimiter) : ByHeader(format, row, (byte)delimiter)) is { } layout)
            {
                return layout;
            }
        }

        return null;
    }

    /// <summary>The layout of a file that is said to be of this format: its header's, else the columns in their usual order; null where
    /// there has to be a header.</summary>
    public static FileLayout? Force(BarFileFormat format, ReadOnlySpan<byte> firstLine)
    {
        if (Recognise(format, firstLine) is { } recognised || format.Order.IsEmpty)
        {
            return Recognise(format, firstLine);
        }

        var row = new RowFields();
        var delimiter = format.Delimiters[0];
        foreach (var candidate in format.Delimiters)
        {
            row.Split(firstLine, (byte)candidate);
            if (row.Count == format.Order.Length)
            {
                delimiter = candidate;
                break;
            }
        }

        return InOrder(format, (byte)delimiter);
    }

    /// <summary>The layout as a file of this name has it, which says the day where times are those of a day.</summary>
    public FileLayout Of(string name)
    {
        _day = (Format.Times & TimeSpellings.OfDay) != 0 ? DayInFileName.Find(name) : null;
        return this;
    }

    /// <summary>Whether times may lack their zone, so that the file's clock has to be judged.</summary>
    /// <param name="given">The zone that was given.</param>
    public bool MayNeedZone(FileZone? given) =>
        Format.Zone switch
        {
            ZoneRule.None => false,
            ZoneRule.InEachTime => given is not null || HeaderZone is not null,
            _ => true,
        };

    /// <summary>Whether the cell that should hold a row's time holds one.</summary>
    public bool HasTime(RowFields row) => TryTime(row, out _);

    /// <summary>Reads the fields of one row but the symbol; it has as many as the header.</summary>
    /// <param name="row">The row's fields.</param>
    /// <param name="zone">The zone of times that say none; null where it isn't known.</param>
    /// <param name="side">The side that is asked for of a file that has both.</param>
    /// <param name="fields">What the row says.</param>
    /// <param name="saysZone">Whether the row's time says its zone itself.</param>
    /// <returns>What is wrong with a field, or null.</returns>
    public BarFault? Read(RowFields row, FileZone? zone, PriceSide? side, ref BarFields fields, out bool saysZone)
    {
        if (ReadTime(row, zone, out var time, out saysZone) is { } misspelled)
        {
            return misspelled;
        }

        fields.Time = time;
        if (IsTicks || IsTwoSided)
        {
            return SidedPrices.Read(this, row, side ?? PriceSide.Bid, ref fields)
                ?? (IsTicks ? null : ReadVolume(row, ref fields) ?? ReadComplete(row, ref fields) ?? _table?.Read(row, ref fields));
        }

        decimal open = 0,
            high = 0,
            low = 0,
            close = 0;
        if (
            (
                FieldReader.Price("open", row[_at[(int)BarColumn.Open]], out open)
                ?? FieldReader.Price("high", row[_at[(int)BarColumn.High]], out high)
                ?? FieldReader.Price("low", row[_at[(int)BarColumn.Low]], out low)
                ?? FieldReader.Price("close", row[_at[(int)BarColumn.Close]], out close)
                ?? ReadVolume(row, ref fields)
            ) is
            { } fault
        )
        {
            return fault;
        }

        (fields.Open, fields.High, fields.Low, fields.Close) = (open, high, low, close);
        return ReadCount(row, ref fields) ?? ReadComplete(row, ref fields) ?? _table?.Read(row, ref fields);
    }

    BarFault? ReadTime(RowFields row, FileZone? zone, out UtcTime time, out bool saysZone)
    {
        (time, saysZone) = (default, false);
        if (!TryTime(row, out var spelled))
        {
            return RowFaults.BadTime(TimeOf(row), Format.TimeExample);
        }

        if (spelled.HasZone)
        {
            (time, saysZone) = (UtcTime.FromTicks(spelled.Value.Ticks), true);
            return null;
        }

        return zone is null ? RowFaults.NoZone(TimeOf(row))
            : zone.TryToUtc(spelled.Value, out time, out var instants) ? null
            : RowFaults.UnclearTime(TimeOf(row), zone.Name, instants);
    }

    public bool TryTime(RowFields row, out SpelledTime time)
    {
        if (_day is { } day && SpelledTime.TryOfDay(row[_at[(int)BarColumn.Time]], out var milliseconds))
        {
            time = new SpelledTime(day.AddMilliseconds(milliseconds), false);
            return true;
        }

        if (_at[(int)BarColumn.Time] is >= 0 and var at)
        {
            return SpelledTime.TryRead(row[at], Format.Times, out time);
        }

        Span<byte> joined = stackalloc byte[64];
        var date = row[_at[(int)BarColumn.Date]];
        var clock = row[_at[(int)BarColumn.Clock]];
        time = default;
        if (date.Length + clock.Length >= joined.Length)
        {
            return false;
        }

        date.CopyTo(joined);
        joined[date.Length] = (byte)' ';
        clock.CopyTo(joined[(date.Length + 1)..]);
        return SpelledTime.TryRead(joined[..(date.Length + 1 + clock.Length)], Format.Times, out time);
    }

    string TimeOf(RowFields row) =>
        _at[(int)BarColumn.Time] is >= 0 and var at
            ? FieldReader.Text(row[at])
            : $"{FieldReader.Text(row[_at[(int)BarColumn.Date]])} {FieldReader.Text(row[_at[(int)BarColumn.Clock]])}";

    BarFault? ReadVolume(RowFields row, ref BarFields fields)
    {
        fields.Volume = 0;
        if (_at[(int)BarColumn.Volume] is not (>= 0 and var at))
        {
            return null;
        }

        if (!_isTable)
        {
            var fault = FieldReader.Volume(row[at], out var volume);
            fields.Volume = volume;
            return fault;
        }

        fields.Volume = FieldReader.TryNumber(row[at], out var known) && known > 0 ? known : 0;
        return null;
    }

    BarFault? ReadComplete(RowFields row, ref BarFields fields)
    {
        fields.IsRunning = _at[(int)BarColumn.IsComplete] is >= 0 and var at && row[at].SequenceEqual("false"u8);
        return null;
    }

    BarFault? ReadCount(RowFields row, ref BarFields fields)
    {
        fields.TradeCount = 0;
        if (_at[(int)BarColumn.TradeCount] is not (>= 0 and var at))
        {
            return null;
        }

        var fault = FieldReader.Count("transactions", row[at], out var count);
        fields.TradeCount = fault is null ? count : 0;
        return _isTable ? null : fault;
    }

    static FileLayout? ByHeader(BarFileFormat format, RowFields row, byte delimiter)
    {
        var layout = new FileLayout(format, delimiter, row.Count, hasHeader: true);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var timeIsOfDay = false;
        for (var i = 0; i < Math.Min(row.Count, RowFields.MaxKept); i++)
        {
            var (name, bracketed) = HeaderNames.Plain(row[i]);
            names.Add(name);
            names.Add(bracketed is null ? name : $"{name}(");
            if (format.Names.TryGetValue(name, out var column) && layout._at[(int)column] < 0)
            {
                layout._at[(int)column] = i;
                timeIsOfDay |= column == BarColumn.Time && name == "time";
                if (column is BarColumn.Time or BarColumn.Date && bracketed is not null)
                {
                    layout.HeaderZone = FileZone.Find(bracketed);
                }
            }
        }

        layout.Pair(timeIsOfDay);
        if (
            !layout.IsComplete()
            || !format.Marks.All(mark =>
                mark.StartsWith('!') ? !mark[1..].Split('|').Any(names.Contains) : mark.Split('|').Any(names.Contains)
            )
        )
        {
            return null;
        }

        layout._table = TableCells.Of(layout);
        layout.HeaderZone = format.OwnZoneName is { } stating && names.Contains(stating) ? format.OwnZone : layout.HeaderZone;
        return layout;
    }

    static FileLayout? WithoutHeader(BarFileFormat format, RowFields row, byte delimiter)
    {
        if (row.Count != format.Order.Length)
        {
            return null;
        }

        var layout = InOrder(format, delimiter);
        return
            (
                (format.Times & TimeSpellings.OfDay) != 0
                    ? SpelledTime.TryOfDay(row[layout._at[(int)BarColumn.Time]], out _)
                    : layout.TryTime(row, out _)
            )
            && (
                format.VolumeIsZero is not { } isZero
                || (FieldReader.TryNumber(row[layout._at[(int)BarColumn.Volume]], out var volume) && volume == 0 == isZero)
            )
            ? layout
            : null;
    }

    static FileLayout InOrder(BarFileFormat format, byte delimiter)
    {
        var layout = new FileLayout(format, delimiter, format.Order.Length, hasHeader: false);
        for (var i = 0; i < format.Order.Length; i++)
        {
            layout._at[(int)format.Order[i]] = i;
        }

        layout._table = TableCells.Of(layout);
        return layout;
    }

    bool IsComplete() =>
        (Has(BarColumn.Time) || (Has(BarColumn.Date) && Has(BarColumn.Clock)))
        && (IsTicks || IsTwoSided || (Has(BarColumn.Open) && Has(BarColumn.High) && Has(BarColumn.Low) && Has(BarColumn.Close)))
        && (!Has(BarColumn.BidOpen) || SidedPrices.AreComplete(this));

    bool Has(BarColumn column) => _at[(int)column] >= 0;

    // "date,time" are the parts of one time; a date alone, or beside a whole time, is none.
    void Pair(bool timeIsOfDay)
    {
        if (Has(BarColumn.Date) && Has(BarColumn.Time) && !Has(BarColumn.Clock) && timeIsOfDay)
        {
            (_at[(int)BarColumn.Clock], _at[(int)BarColumn.Time]) = (_at[(int)BarColumn.Time], Absent);
        }
        else if (Has(BarColumn.Date) && !Has(BarColumn.Clock))
        {
            _at[(int)BarColumn.Time] = Has(BarColumn.Time) ? _at[(int)BarColumn.Time] : _at[(int)BarColumn.Date];
        }
    }
}
