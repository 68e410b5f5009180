using System;

class Program
{
    static void Main()
    {
        while (true) Console.WriteLine(new string('6', 1000));
    }
}
