using System;
using System.Linq;

class Program
{
    static void Main()
    {
        Console.ReadLine();
        Console.WriteLine(Console.ReadLine().Split().Select(long.Parse).Sum() + 1);
    }
}
