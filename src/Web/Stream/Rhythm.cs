namespace DxyOrleans.Web.Stream;

/// <summary>Something that is done at once, and then not again before its time.</summary>
sealed class Rhythm(TimeSpan every, TimeProvider time)
{
    long _last;

    /// <summary>Whether its time has come; the next begins then.</summary>
    public bool IsDue()
    {
        if (_last != 0 && time.GetElapsedTime(_last) < every)
        {
            return false;
        }

        _last = time.GetTimestamp();
        return true;
    }

    public void Reset() => _last = 0;
}
